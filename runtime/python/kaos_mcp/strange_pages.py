"""Keeps pages out that a browser shows, as runtime/mcp-server does.

Those of other sites send their origin; those whose name was made to lead here (DNS rebinding) call us by that name. By
`localhost` or a number no such page can call.
"""

import ipaddress
import json
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from .config import Config


def strange_page(config: Config, headers: Headers) -> str | None:
    """Why a request is refused."""
    host, origin = headers.get("host", ""), headers.get("origin")
    is_local = re.fullmatch(r"localhost|127\..*|::1", config.host) is not None
    # Names are no matter of a cluster's server that was told none, while one on loopback is a browser's neighbour.
    hosts = () if config.allowed_hosts is None and is_local else config.allowed_hosts
    if hosts is not None and not _may_be_called(hosts, _name_of(host)):
        return f"this server is not called {json.dumps(host)}"
    # Under a name that was looked at, whoever serves pages there serves this too.
    is_own = hosts is not None and origin in (f"http://{host}", f"https://{host}")
    if origin is not None and not is_own and origin not in config.allowed_origins:
        return f"pages of origin {json.dumps(origin)} may not call this server"
    return None


def _may_be_called(hosts: Sequence[str], name: str | None) -> bool:
    if name is None:
        return False
    if name == "localhost" or _is_number(name):
        return True
    return any(host == name or (host.startswith("*.") and name.endswith(host[1:])) for host in hosts)


def _name_of(host: str) -> str | None:
    """Without its port, and as it would be looked up."""
    if not re.fullmatch(r"[^/@?#\\\s]+", host):
        return None
    try:
        name = urlsplit(f"http://{host}").hostname
    except ValueError:
        return None
    return name.removesuffix(".") if name else None


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
