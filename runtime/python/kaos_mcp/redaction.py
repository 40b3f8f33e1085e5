"""Masks what looks like a secret, and what the process itself keeps secret, as runtime/telemetry/redaction does."""

import re
import threading
from collections.abc import Mapping
from typing import Any

from .secret_shapes import SHAPES
from .secret_values import SecretValues

_MASK = "****"

# From where the one before could have begun none begins: else a long word would be gone through for each letter.
_EMAIL = f"(?<![A-Za-z0-9._%+-]){SHAPES['email']}"
_PATTERNS = [re.compile(shape, re.ASCII) for shape in (*SHAPES["shapes"], _EMAIL)]
_KEYS = [re.compile(key, re.ASCII) for key in SHAPES["keys"]]


class Redactor:
    """One for the whole process, which all goes through that leaves it as telemetry or as its log."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._secrets = SecretValues(env)
        self._lock = threading.Lock()
        self._secrets.refresh()
        self._own = self._pattern()

    def refresh(self) -> None:
        """Takes note of files that were replaced."""
        with self._lock:
            if self._secrets.refresh():
                self._own = self._pattern()

    def text(self, text: str) -> str:
        own = self._own
        masked = text if own is None else own.sub(_MASK, text)
        for shape in _PATTERNS:
            masked = shape.sub(_MASK, masked)
        return masked

    def value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return self.fields(value)
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        return value

    def fields(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: _MASK if value is not None and _is_secret_key(name) else self.value(value)
            for name, value in fields.items()
        }

    def _pattern(self) -> re.Pattern[str] | None:
        own = self._secrets.all()
        return re.compile("|".join(map(re.escape, own))) if own else None


def _is_secret_key(name: str) -> bool:
    return any(key.search(name) for key in _KEYS)
