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
    """None lets any name pass, or none where it listens on loopback alone."""
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
        allowed_hosts=_hosts(env, problems),
        allowed_origins=_origins(env, problems),
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


def _hosts(env: Mapping[str, str], problems: list[str]) -> tuple[str, ...] | None:
    """Names alone: whoever calls a server says its port too, and it differs along the way."""
    if "MCP_ALLOWED_HOSTS" not in env:
        return None
    hosts = tuple(host.lower() for host in _list(env, "MCP_ALLOWED_HOSTS"))
    for host in hosts:
        if not re.fullmatch(r"(\*\.)?[a-z0-9]([-_.a-z0-9]*[a-z0-9])?", host):
            fix = "give names such as tools.example.com, without a port"
            problems.append(f'MCP_ALLOWED_HOSTS has "{host}"; {fix}')
    return hosts


def _origins(env: Mapping[str, str], problems: list[str]) -> tuple[str, ...]:
    origins = _list(env, "MCP_ALLOWED_ORIGINS")
    for origin in origins:
        if not re.fullmatch(r"https?://[-_.a-z0-9]+(:[0-9]{1,5})?", origin):
            fix = "give origins such as https://chat.example.com"
            problems.append(f'MCP_ALLOWED_ORIGINS has "{origin}"; {fix}')
    return origins


def _list(env: Mapping[str, str], variable: str) -> tuple[str, ...]:
    items = (item.strip() for item in env.get(variable, "").split(","))
    return tuple(item for item in items if item)
