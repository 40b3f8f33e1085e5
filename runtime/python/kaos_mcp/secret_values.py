"""The secrets of this process itself, as its environment holds them or files that are named there."""

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote

from .config import secret_file_variable, secrets_in
from .secret_shapes import SHAPES

# Shorter texts are words of everybody's, and to mask each of them would leave nothing to read.
_SHORTEST = 8
# A file that is larger holds no key.
_LARGEST_FILE = 64 * 1024
# What a file held before it was replaced is a secret still, and may be under way.
_REMEMBERED = 4


@dataclass
class _SecretFile:
    variable: str
    path: str
    state: tuple[int, ...] | None = None
    """By which a change of it shows."""
    texts: list[str] = field(default_factory=list)
    """What it holds and held, the latest first."""


class SecretValues:
    def __init__(self, env: Mapping[str, str]) -> None:
        self._from_env = [value for name, text in env.items() for value in _values_in(name, text)]
        self._files = [_SecretFile(*named) for named in _files_in(env)]

    def all(self) -> list[str]:
        """Each form in which one may stand in a text, the longest first."""
        held = [value for file in self._files for text in file.texts for value in _values_in(file.variable, text)]
        forms = {form for value in [*self._from_env, *held] for form in _forms_of(value)}
        return sorted(forms, key=lambda form: (-len(form), form))

    def refresh(self) -> bool:
        """Whether there are new ones since files were last looked at."""
        return any([_is_new(file) for file in self._files])


def _is_new(file: _SecretFile) -> bool:
    # A file that cannot be read is for those to tell who need it.
    try:
        stats = os.stat(file.path)
        state = (stats.st_ino, stats.st_size, stats.st_mtime_ns)
        if state == file.state:
            return False
        file.state = state
        if stats.st_size > _LARGEST_FILE:
            return False
        text = Path(file.path).read_text(encoding="utf-8", errors="surrogateescape").strip()
    except (OSError, ValueError):
        return False
    if text == "" or text in file.texts:
        return False
    file.texts = [text, *file.texts][:_REMEMBERED]
    return True


def _files_in(env: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    for name, path in env.items():
        variable = name.removesuffix(secret_file_variable(""))
        if variable != name and path and _is_secret(variable):
            yield variable, path


def _is_secret(variable: str) -> bool:
    is_public = re.search(SHAPES["publicVariable"], variable)
    return re.search(SHAPES["secretVariable"], variable) is not None and not is_public


def _values_in(name: str, text: str) -> list[str]:
    """The secrets in what a variable of that name holds."""
    in_url = re.match(r"[a-z][a-z0-9+.-]*://[^/\s@]*:([^/\s@]+)@", text, re.IGNORECASE)
    if in_url:
        return _long_enough([in_url[1], unquote(in_url[1])])
    if not _is_secret(name):
        return []
    # Names of headers alone are no secret.
    if name.upper().endswith("HEADERS"):
        return _long_enough(shown for value in _header_values(text) for shown in _without_scheme(value))
    is_list = re.search(r"KEYS?$", name, re.IGNORECASE)
    parts = [part for key in secrets_in(text) for part in key.split()] if is_list else []
    return _long_enough([*parts, *_without_scheme(text.strip())])


def _header_values(text: str) -> Iterable[str]:
    """Of `name=value,name=value`, as OpenTelemetry has headers."""
    for pair in text.split(","):
        value = pair.partition("=")[2].strip()
        yield from (value, unquote(value))


def _without_scheme(value: str) -> list[str]:
    """`Bearer abc` is shown without its first word elsewhere."""
    shown = re.fullmatch(r"(?:bearer|basic|token)\s+(\S+)", value, re.IGNORECASE)
    return [value, shown[1]] if shown else [value]


def _long_enough(values: Iterable[str]) -> list[str]:
    return [value for value in values if len(value) >= _SHORTEST]


def _forms_of(value: str) -> list[str]:
    """In JSON, in JSON within JSON, in URLs and in what Python makes of it a text may look different."""
    quoted = _in_json(value)
    in_url = quote(value, safe="!~*'()", errors="replace")
    return [value, quoted, _in_json(quoted), json.dumps(value)[1:-1], repr(value)[1:-1], in_url]


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]
