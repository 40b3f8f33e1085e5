"""Code -> the tools in it: its public functions, in one namespace with all that it imports and defines."""

import functools
import inspect
import linecache
import re
import sys
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from fastmcp import Context
from fastmcp.tools import Tool
from pydantic import TypeAdapter

from .config import Config, ConfigError

# Its own name in sys.modules: annotations, dataclasses and models of the code are looked up there.
MODULE = "kaos_tools"

_ANNOTATE = "annotate it, or begin the name of a helper with _"
_TYPES = "use str, int, float, bool, list, dict, a dataclass or a pydantic model"


@dataclass(frozen=True)
class _Source:
    variable: str
    path: str
    code: str | bytes


def load_tools(config: Config) -> list[Tool]:
    """Raises ConfigError when the code cannot be loaded, holds no tool, or one that no model could call."""
    if config.tools_file is None and config.tools_text is None:
        return []
    source = _source(config)
    functions = _functions_of(_load(source))
    if not functions:
        fix = "define a function whose name does not begin with _"
        raise ConfigError([f"{source.variable}: {source.path} has no tool; {fix}"])
    problems = [
        f"{source.variable}: {source.path}:{inspect.unwrap(function).__code__.co_firstlineno}: {problem}"
        for name, function in functions.items()
        for problem in _problems_of(name, function)
    ]
    if problems:
        raise ConfigError(problems)
    return [Tool.from_function(function, name=name) for name, function in functions.items()]


def _source(config: Config) -> _Source:
    if config.tools_file is None:
        return _Source("MCP_TOOLS_STRING", "<MCP_TOOLS_STRING>", config.tools_text or "")
    try:
        return _Source("MCP_TOOLS_FILE", config.tools_file, Path(config.tools_file).read_bytes())
    except OSError as error:
        raise ConfigError([f'MCP_TOOLS_FILE: "{config.tools_file}" cannot be read: {error.strerror}']) from error


def _load(source: _Source) -> ModuleType:
    module = ModuleType(MODULE)
    module.__file__ = source.path
    if isinstance(source.code, str):
        # Where a traceback finds the lines of code that is in no file.
        linecache.cache[source.path] = (len(source.code), None, source.code.splitlines(True), source.path)
    sys.modules[MODULE] = module
    try:
        exec(compile(source.code, source.path, "exec", dont_inherit=True), module.__dict__)
    except SyntaxError as error:
        where = f"{error.filename}:{error.lineno}" if error.filename else source.path
        raise ConfigError([f"{source.variable}: {where}: {error.msg}"]) from error
    # Code that ends the process is as wrong as code that raises.
    except (Exception, SystemExit) as error:
        lines = [frame.tb_lineno for frame in _frames(error) if frame.tb_frame.f_code.co_filename == source.path]
        where = f"{source.path}:{lines[-1]}" if lines else source.path
        raise ConfigError([f"{source.variable}: {where}: {type(error).__name__}: {error}"]) from error
    return module


def _frames(error: BaseException) -> list[Any]:
    frames, frame = [], error.__traceback__
    while frame is not None:
        frames.append(frame)
        frame = frame.tb_next
    return frames


def _functions_of(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """Functions by their names in the code: not those that it imports, and each under its first name alone."""
    functions: dict[str, Callable[..., Any]] = {}
    for name, value in vars(module).items():
        function = inspect.unwrap(value) if callable(value) else None
        is_ours = inspect.isfunction(function) and function.__module__ == module.__name__
        if name.startswith("_") or not is_ours or function.__name__ == "<lambda>":
            continue
        if not any(inspect.unwrap(known) is function for known in functions.values()):
            functions[name] = value if inspect.isfunction(value) else _plain(value)
    return functions


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """What a decorator such as `lru_cache` makes of a function is an object, which FastMCP does not take."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return call


def _problems_of(name: str, function: Callable[..., Any]) -> list[str]:
    if not re.fullmatch(r"[A-Za-z0-9_]{1,64}", name):
        return [f'tool "{name}" has a name that not every model takes; use up to 64 ASCII letters, digits and "_"']
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except Exception as error:
        return [f'the annotations of tool "{name}" cannot be read: {error}']
    parameters = inspect.signature(function).parameters.values()
    problems = [problem for parameter in parameters for problem in _parameter_problems(parameter, hints)]
    if not problems:
        try:
            Tool.from_function(function, name=name)
        except Exception as error:
            problems.append(_first_line(error))
    return [f'tool "{name}": {problem}' for problem in problems]


def _parameter_problems(parameter: inspect.Parameter, hints: Mapping[str, Any]) -> list[str]:
    name, hint = parameter.name, hints.get(parameter.name)
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        stars = "*" if parameter.kind is parameter.VAR_POSITIONAL else "**"
        return [f'a model cannot be told what "{stars}{name}" takes; name each parameter']
    if parameter.kind is parameter.POSITIONAL_ONLY:
        return [f'parameter "{name}" cannot be given by name; take the "/" away']
    if name not in hints:
        return [f'parameter "{name}" has no annotation; {_ANNOTATE}']
    if hint is Context:
        return []
    try:
        TypeAdapter(hint).json_schema()
    except Exception:
        shown = inspect.formatannotation(hint)
        return [f'parameter "{name}" is annotated {shown}, which JSON cannot say; {_TYPES}']
    return []


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
