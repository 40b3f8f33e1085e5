"""What the server is told by its environment; runtime/contract/python-server.ts writes it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

HTTP_PORT = 8000
HEALTH_PATH = "/health"
READY_PATH = "/ready"
MCP_PATH = "/mcp"
DRAIN_SECONDS = 20
FLUSH_SECONDS = 5

API_KEYS_VARIABLE = "MCP_API_KEYS"
LOG_LEVELS = ("TRACE", "DEBUG", "INFO", "WARNING", "ERROR")


class ConfigError(Exception):
    """Wrong configuration; the message has one line for each thing that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Caller:
    """Somebody who has a key of their own; the file wins when both are given."""

    name: str
    api_key: str | None = field(repr=False)
    api_key_file: str | None
    tools: tuple[str, ...] | None
    """Names of those that the caller sees and may call; None lets it call all."""


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
    api_keys: tuple[str, ...] = field(repr=False)
    """Whoever shows one of these may call all tools. With no key of anybody, everybody may."""
    api_keys_file: str | None
    """Path of a file that holds them, which wins when both are given."""
    callers: tuple[Caller, ...]


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
        api_keys=_api_keys(env, problems),
        api_keys_file=env.get(secret_file_variable(API_KEYS_VARIABLE)) or None,
        callers=tuple(_caller(env, problems, caller) for caller in _list(env, "MCP_CALLERS")),
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


def _api_keys(env: Mapping[str, str], problems: list[str]) -> tuple[str, ...]:
    """Set to nothing is a mistake here: a Secret that came out empty must not open what it was to close."""
    keys = secrets_in(env.get(API_KEYS_VARIABLE, ""))
    if API_KEYS_VARIABLE in env and not keys:
        problems.append(f"{API_KEYS_VARIABLE} holds no key; give at least one, or leave it out")
    return keys


def _caller(env: Mapping[str, str], problems: list[str], name: str) -> Caller:
    variable, tools = caller_key_variable(name), _caller_variable(name, "TOOLS")
    file = secret_file_variable(variable)
    caller = Caller(
        name=name,
        api_key=env.get(variable, "").strip() if env.get(variable) else None,
        api_key_file=env.get(file) or None,
        tools=_list(env, tools) if tools in env else None,
    )
    # Without a key nobody could be that caller, and with none at all the server would let everybody in.
    if caller.api_key is None and caller.api_key_file is None:
        problems.append(f'{variable} is not set; MCP_CALLERS lists "{name}", give its key or {file}')
    return caller


def caller_key_variable(name: str) -> str:
    return _caller_variable(name, "API_KEY")


def _caller_variable(name: str, what: str) -> str:
    return f"MCP_CALLER_{re.sub('[^A-Z0-9]', '_', name.upper())}_{what}"


def secret_file_variable(variable: str) -> str:
    return f"{variable}_FILE"


def secrets_in(text: str) -> tuple[str, ...]:
    """Several secrets in one text, as it stands in a variable or a file: apart by commas or line breaks."""
    secrets = (secret.strip() for secret in re.split("[,\n]", text))
    return tuple(secret for secret in secrets if secret)


def _list(env: Mapping[str, str], variable: str) -> tuple[str, ...]:
    bare = re.sub(r"^\[(.*)\]$", r"\1", env.get(variable, "").strip(), flags=re.DOTALL)
    items = (item.strip() for item in bare.split(","))
    return tuple(item for item in items if item)
