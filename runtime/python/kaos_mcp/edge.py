"""What stands before FastMCP: probes, who may ask, and what still runs when the process is to end."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import JSONResponse

from .callers import Callers
from .config import HEALTH_PATH, MCP_PATH, READY_PATH, Config
from .strange_pages import strange_page

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

_DRAINING = "the process finishes what runs and begins nothing more; ask again"


class Edge:
    def __init__(self, app: App, config: Config, tools: Sequence[str], callers: Callers) -> None:
        self._app = app
        self._config = config
        self._tools = list(tools)
        self._callers = callers
        self._running = 0
        self._ending = False
        self._idle = asyncio.Event()
        self._idle.set()

    async def drain(self, seconds: float) -> bool:
        """Begins nothing more; whether all that ran has ended within that time."""
        self._ending = True
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        answer = self._answer(scope)
        if answer is not None:
            return await answer(scope, receive, send)
        self._running += 1
        self._idle.clear()
        try:
            await _until_gone(self._app, scope, receive, send)
        finally:
            self._running -= 1
            if self._running == 0:
                self._idle.set()

    def _answer(self, scope: MutableMapping[str, Any]) -> JSONResponse | None:
        """What FastMCP is not asked."""
        path, method = scope["path"], scope["method"]
        if path == HEALTH_PATH and method in ("GET", "HEAD"):
            return JSONResponse({"status": "healthy", "name": self._config.name})
        if self._ending:
            error = {"message": _DRAINING, "type": "api_error", "param": None, "code": "draining"}
            said = {"status": "draining"} if path == READY_PATH else {"error": error}
            return JSONResponse(said, 503, {"connection": "close", "retry-after": "1"})
        if path == READY_PATH and method in ("GET", "HEAD"):
            ready = {"status": "ready", "name": self._config.name}
            return JSONResponse(ready if self._callers.show_keys else ready | {"tools": self._tools})
        refused = self._callers.admit(scope)
        if refused is not None:
            headers = {"www-authenticate": "Bearer"} if refused.status == 401 else None
            return _refusal(refused.status, refused.message, headers)
        if path != MCP_PATH:
            return _refusal(404, f"there is no {method} {path}")
        # Without sessions there is no stream to open and none to end.
        if method != "POST":
            return _refusal(405, "Method not allowed", {"allow": "POST"})
        strange = strange_page(self._config, Headers(scope=scope))
        return None if strange is None else _refusal(403, strange)


async def _until_gone(app: App, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    """Runs the request, or gives it up when whoever asked has gone."""
    has_arrived, gone = asyncio.Event(), asyncio.Event()

    async def receive_body() -> Message:
        if has_arrived.is_set():
            await gone.wait()
            return {"type": "http.disconnect"}
        message = await receive()
        if not message.get("more_body", False):
            has_arrived.set()
        return message

    async def watch() -> None:
        await has_arrived.wait()
        while (await receive())["type"] != "http.disconnect":
            pass
        gone.set()

    request = asyncio.ensure_future(app(scope, receive_body, send))
    watcher = asyncio.ensure_future(watch())
    try:
        await asyncio.wait((request, watcher), return_when=asyncio.FIRST_COMPLETED)
        if not request.done():
            request.cancel()
        await asyncio.wait((request,))
        if not request.cancelled():
            request.result()
    finally:
        request.cancel()
        watcher.cancel()


def _refusal(status: int, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    error = {"jsonrpc": "2.0", "error": {"code": -32000, "message": message}, "id": None}
    return JSONResponse(error, status, headers)
