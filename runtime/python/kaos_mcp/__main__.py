"""Composition root of the server."""

import asyncio
import logging
import os
import sys
import threading

from .config import MCP_PATH, Config, ConfigError, config_from_env
from .redaction import Redactor

# Read when FastMCP is imported: no log, no spans and no look-ups of its own.
os.environ |= {
    "FASTMCP_CHECK_FOR_UPDATES": "off",
    "FASTMCP_ENV_FILE": os.devnull,
    "FASTMCP_LOG_ENABLED": "false",
    "FASTMCP_SHOW_SERVER_BANNER": "false",
    "FASTMCP_TELEMETRY_MODE": "off",
}


def main() -> None:
    from .log import set_up_logging
    from .tools import load_tools

    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    config, problems = config_from_env(os.environ)
    redactor = Redactor(os.environ)
    set_up_logging(config.log_level, redactor, export=False)
    tools = []
    try:
        tools = load_tools(config)
    except ConfigError as error:
        problems += error.problems
    if problems:
        sys.stderr.write("\n".join(problems) + "\n")
        sys.stderr.flush()
        # Whatever threads the code has started.
        os._exit(1)
    run(config, tools, redactor)


def run(config: Config, tools: list, redactor: Redactor) -> None:
    from fastmcp import FastMCP

    from .callers import Callers
    from .calls import ObservedCalls
    from .edge import Edge
    from .log import set_up_logging
    from .serve import end, serve
    from .telemetry import captures_content, start_telemetry

    telemetry = start_telemetry(os.environ, config.name, redactor)
    set_up_logging(config.log_level, redactor, telemetry.enabled)
    log = logging.getLogger(config.name)
    log.info(telemetry.summary)
    names = [tool.name for tool in tools]
    calls = ObservedCalls(config.name, captures_content(os.environ))
    server = FastMCP(config.name, version="1", middleware=[calls], strict_input_validation=True)
    for tool in tools:
        server.add_tool(tool)
    app = server.http_app(path=MCP_PATH, json_response=True, stateless_http=True, host_origin_protection=False)
    threading.excepthook = lambda crash: log.error("a thread ended with an exception", exc_info=crash.exc_value)

    edge = Edge(app, config, names, Callers(config, names, log))

    async def start() -> None:
        await serve(edge, config, log, telemetry)

    try:
        asyncio.run(start())
    except BaseException as error:
        log.critical("nobody caught an exception", exc_info=error)
        end(telemetry, 1)


main()
