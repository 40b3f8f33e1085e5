"""Whom the server lets in, and which tools each of them sees and may call, as runtime/mcp-server does."""

import hashlib
import hmac
import logging
import re
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers

from .config import API_KEYS_VARIABLE, Config, caller_key_variable, secret_file_variable, secrets_in

# Where a request carries what its caller may call.
_GRANT = "kaos.tools"


class SecretError(Exception):
    """Keys that should be there cannot be had. The message names the variable, never what it holds."""

    code = "secret_unreadable"


@dataclass(frozen=True)
class _Holder:
    """Keys, and what whoever shows one of them may call."""

    variable: str
    keys: tuple[str, ...] = field(repr=False)
    file: str | None
    tools: frozenset[str]

    def read(self) -> tuple[str, ...]:
        """Files are read anew each time, so that one may be replaced meanwhile."""
        if self.file is None:
            return self.keys
        variable = secret_file_variable(self.variable)
        try:
            text = Path(self.file).read_text(encoding="utf-8", errors="surrogateescape").strip()
        except (OSError, ValueError) as error:
            raise SecretError(f"{variable} names a file that cannot be read") from error
        if text == "":
            raise SecretError(f"{variable} names a file that is empty")
        return secrets_in(text)


@dataclass(frozen=True)
class Refused:
    status: int
    message: str


class Callers:
    def __init__(self, config: Config, tools: Iterable[str], log: logging.Logger) -> None:
        self._tools = frozenset(tools)
        self._log = log
        self._holders = list(self._holders_of(config))

    @property
    def show_keys(self) -> bool:
        return len(self._holders) > 0

    def admit(self, scope: MutableMapping[str, Any]) -> Refused | None:
        """Lets a request in, to what its caller may call, or says why not."""
        if not self.show_keys:
            scope[_GRANT] = self._tools
            return None
        shown = _key_shown_by(Headers(scope=scope))
        keys = [self._keys_of(holder) for holder in self._holders]
        # All are compared, whichever it is.
        matches = [_is_one_of(each or (), shown or "") for each in keys]
        grants = [holder.tools for holder, matched in zip(self._holders, matches, strict=True) if matched]
        if shown is not None and grants:
            # Whoever holds a key that several share could be any of them.
            scope[_GRANT] = frozenset().union(*grants)
            return None
        # It may have been one of those that cannot be had.
        if shown is not None and None in keys:
            return Refused(503, "the keys of the server cannot be read")
        return Refused(401, 'show one of the server\'s keys: "Authorization: Bearer <key>"')

    def _holders_of(self, config: Config) -> Iterable[_Holder]:
        if config.api_keys or config.api_keys_file is not None:
            yield _Holder(API_KEYS_VARIABLE, config.api_keys, config.api_keys_file, self._tools)
        for caller in config.callers:
            tools = self._tools if caller.tools is None else self._tools.intersection(caller.tools)
            keys = secrets_in(caller.api_key or "")
            yield _Holder(caller_key_variable(caller.name), keys, caller.api_key_file, tools)

    def _keys_of(self, holder: _Holder) -> tuple[str, ...] | None:
        try:
            return holder.read()
        except SecretError as error:
            self._log.error("callers cannot be told apart, so none is let in", exc_info=error)
            return None


def granted_tools(scope: Mapping[str, Any]) -> frozenset[str]:
    """Names of the tools that the caller of an admitted request may know of; none of one that was not admitted."""
    return scope.get(_GRANT, frozenset())


def _key_shown_by(headers: Headers) -> str | None:
    shown = re.fullmatch(r"Bearer +(\S+) *", headers.get("authorization", ""), re.IGNORECASE)
    return shown and shown[1]


def _is_one_of(keys: Iterable[str], shown: str) -> bool:
    """Takes as long for each wrong key, wherever it differs: hashes are of one length, and all are compared."""
    hashed = _sha256(shown)
    return any([hmac.compare_digest(_sha256(key), hashed) for key in keys])


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogateescape")).digest()
