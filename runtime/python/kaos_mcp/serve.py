"""Listens; on a signal finishes what runs, sends what telemetry has left, and ends the process."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import time
from collections.abc import Iterator
from typing import NoReturn

import uvicorn

from .config import DRAIN_SECONDS, Config
from .edge import Edge
from .telemetry import Telemetry

_KEEP_ALIVE_SECONDS = 72
_MAX_HEADER_BYTES = 16 * 1024
# Requests that were cut off have this long to say so on their spans.
_CUT_SECONDS = 1


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # what they mean is decided here


async def serve(edge: Edge, config: Config, log: logging.Logger, telemetry: Telemetry) -> NoReturn:
    """Ends the process: after a signal with 0, after a second one at once, with 1 when the port cannot be had."""
    where = f"{config.host}:{config.port}"
    try:
        listener = _listen(config.host, config.port)
    except OSError as error:
        log.critical("cannot listen on %s", where, exc_info=error)
        end(telemetry, 1)
    server = _Server(
        uvicorn.Config(
            edge,
            http="h11",
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            h11_max_incomplete_event_size=_MAX_HEADER_BYTES,
        )
    )
    stopped = _signalled(log)
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    log.info("listening on %s", where)
    await asyncio.wait((serving, stopped), return_when=asyncio.FIRST_COMPLETED)
    if not stopped.done():
        serving.result()
        end(telemetry, 1)
    await _finish(server, serving, edge, log)
    end(telemetry, 0)


def end(telemetry: Telemetry, code: int) -> NoReturn:
    """A thread that still runs a tool would hold up any other end."""
    telemetry.close()
    os._exit(code)


def _signalled(log: logging.Logger) -> asyncio.Future[None]:
    loop = asyncio.get_running_loop()
    stopped = loop.create_future()

    def stop(received: signal.Signals) -> None:
        if stopped.done():
            os._exit(128 + received)
        log.info("%s: finishing what runs", received.name)
        stopped.set_result(None)

    for received in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(received, stop, received)
    return stopped


async def _finish(server: uvicorn.Server, serving: asyncio.Future[None], edge: Edge, log: logging.Logger) -> None:
    deadline = time.monotonic() + DRAIN_SECONDS
    if await edge.drain(DRAIN_SECONDS):
        server.should_exit = True
        await asyncio.wait((serving,), timeout=max(_CUT_SECONDS, deadline - time.monotonic()))
    if serving.done():
        return
    log.warning("requests still run after %s s; cutting them off", DRAIN_SECONDS)
    running = list(server.server_state.tasks)
    for request in running:
        request.cancel()
    if running:
        await asyncio.wait(running, timeout=_CUT_SECONDS)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=511, dualstack_ipv6=host == "::")
    # Connections have it from here: an answer's head would wait for the caller's acknowledgement, and it for the body.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
