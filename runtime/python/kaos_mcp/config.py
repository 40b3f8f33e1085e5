"""What the server is told by its environment; runtime/contract/python-server.ts writes it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

HTTP_PORT = 8000
HEALTH_PATH = "/health"
READY_PATH = "/ready"
MCP_PATH = "/mcp"
DRAIN_SECONDS = 20
FLUSH_SECONDS = 5

LOG_LEVELS = ("TRACE", "DEBUG", "INFO", "WARNING", "ERROR")


class ConfigError(Exception):
    """Wrong configuration; the message has one line for each thing that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Config:
    name: str
    host: str
    port: int
    tools_file: str | None
    """Path of the code with the tools; without one, `tools_text` has it."""
    tools_text: str | None
    log_level: str
    allowed_hosts: tuple[str, ...] | None
    """None lets in whatever host a request is for."""
    allowed_origins: tuple[str, ...]


def config_from_env(env: Mapping[str, str]) -> tuple[Config, list[str]]:
    """What the variables say, and all that is wrong with them."""
    problems: list[str] = []
    name = env.get("MCP_SERVER_NAME", "")
    if name == "":
        problems.append("MCP_SERVER_NAME is not set; it is required")
    tools_file, tools_text = env.get("MCP_TOOLS_FILE") or None, env.get("MCP_TOOLS_STRING") or None
    if tools_file is None and tools_text is None:
        problems.append("MCP_TOOLS_FILE is not set; it is required")
    if tools_file is not None and tools_text is not None:
        problems.append("MCP_TOOLS_FILE and MCP_TOOLS_STRING are both set; leave one out")
    config = Config(
        name=name,
        host=env.get("MCP_HOST") or "0.0.0.0",
        port=_port(env, problems),
        tools_file=tools_file,
        tools_text=tools_text,
        log_level=_log_level(env, problems),
        allowed_hosts=_list(env, "MCP_ALLOWED_HOSTS") or None,
        allowed_origins=_list(env, "MCP_ALLOWED_ORIGINS"),
    )
    return config, problems


def _port(env: Mapping[str, str], problems: list[str]) -> int:
    text = env.get("MCP_PORT") or str(HTTP_PORT)
    port = int(text) if re.fullmatch(r"[0-9]{1,5}", text) else 0
    if not 1 <= port <= 65_535:
        problems.append(f'MCP_PORT is "{text}"; give a port from 1 to 65535')
    return port


def _log_level(env: Mapping[str, str], problems: list[str]) -> str:
    variable = next((name for name in ("LOG_LEVEL", "MCP_LOG_LEVEL") if env.get(name)), "LOG_LEVEL")
    word = (env.get(variable) or "INFO").upper()
    level = "WARNING" if word == "WARN" else word
    if level not in LOG_LEVELS:
        problems.append(f'{variable} is "{word}"; give one of {", ".join(LOG_LEVELS)}')
    return level


def _list(env: Mapping[str, str], variable: str) -> tuple[str, ...]:
    items = (item.strip() for item in env.get(variable, "").split(","))
    return tuple(item for item in items if item)
