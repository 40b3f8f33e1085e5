"""JSON lines on stdout, in the shape of our other processes, and the same records by OTLP."""

import json
import logging
import sys
import threading
import time
import traceback
from datetime import UTC, datetime
from typing import Any

from opentelemetry import trace
from opentelemetry._logs import LogRecord, SeverityNumber, get_logger_provider

from .redaction import Redactor

TRACE = 5
_LEVELS = {"TRACE": TRACE, "DEBUG": logging.DEBUG, "INFO": logging.INFO, "WARNING": logging.WARNING, "ERROR": logging.ERROR}

# Up to which level of Python a record has that number and name.
_SEVERITIES = (
    (TRACE, 10, "TRACE", SeverityNumber.TRACE),
    (logging.DEBUG, 20, "DEBUG", SeverityNumber.DEBUG),
    (logging.INFO, 30, "INFO", SeverityNumber.INFO),
    (logging.WARNING, 40, "WARN", SeverityNumber.WARN),
    (logging.ERROR, 50, "ERROR", SeverityNumber.ERROR),
)
_FATAL = (60, "FATAL", SeverityNumber.FATAL)

# What these say in passing tells what tools are given, or nothing at all.
_LIBRARIES = ("asyncio", "fastmcp", "httpcore", "httpcore2", "httpx", "httpx2", "mcp", "uvicorn")
# Each failed call is logged here, with its trace.
_SAID_HERE = "fastmcp.server.server"

_REPEAT_AFTER_SECONDS = 60


def set_up_logging(level: str, redactor: Redactor, export: bool) -> None:
    """All of Python's logging goes here. May be called again after code that thinks otherwise."""
    logging.addLevelName(TRACE, "TRACE")
    logging.captureWarnings(True)
    root = logging.getLogger()
    root.handlers[:] = [_JsonHandler(redactor, export)]
    root.setLevel(_LEVELS.get(level, logging.INFO))
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.getLogger(_SAID_HERE).disabled = True
    # By OTLP, each export that failed would make the next.
    diagnostics = logging.getLogger("opentelemetry")
    diagnostics.handlers[:] = [_Diagnostics(redactor)]
    diagnostics.propagate = False
    diagnostics.setLevel(logging.WARNING)


class _JsonHandler(logging.Handler):
    def __init__(self, redactor: Redactor, export: bool) -> None:
        super().__init__()
        self._redactor = redactor
        self._export = export

    def emit(self, record: logging.LogRecord) -> None:
        try:
            error = record.exc_info[1] if record.exc_info else None
            self._redactor.refresh()
            message, failure = self._redactor.text(record.getMessage()), self._redactor.fields(_described(error))
            _write_line(record, message, record.name, failure)
            if self._export:
                _send(record, message, failure)
        except Exception:  # a log that cannot be written stops no call
            pass


class _Diagnostics(logging.Handler):
    """What OpenTelemetry has to say of itself, once a minute, on stdout alone."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor
        self._said_at: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._redactor.refresh()
            message = self._redactor.text(f"OpenTelemetry: {record.getMessage()}")
            now = time.monotonic()
            if now - self._said_at.get(message, -_REPEAT_AFTER_SECONDS) < _REPEAT_AFTER_SECONDS:
                return
            self._said_at[message] = now
            record.levelno = logging.WARNING
            _write_line(record, message, record.name, {})
        except Exception:
            pass


def _write_line(record: logging.LogRecord, message: str, name: str, failure: dict[str, str]) -> None:
    number, severity, _ = _severity(record.levelno)
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    line: dict[str, Any] = {"level": number, "severity": severity, "time": at.replace("+00:00", "Z"), "logger_name": name}
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        line |= {"trace_id": f"{span.trace_id:032x}", "span_id": f"{span.span_id:016x}"}
    if failure:
        line["err"] = failure
    line["message"] = message
    with _stdout:
        sys.stdout.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
        sys.stdout.flush()


_stdout = threading.Lock()


def _send(record: logging.LogRecord, message: str, failure: dict[str, str]) -> None:
    _, severity, number = _severity(record.levelno)
    attributes = {"logger_name": record.name}
    names = {"type": "exception.type", "message": "exception.message", "stack": "exception.stacktrace"}
    attributes |= {names[key]: text for key, text in failure.items() if key in names}
    get_logger_provider().get_logger(record.name).emit(
        LogRecord(
            timestamp=int(record.created * 1e9),
            severity_text=severity,
            severity_number=number,
            body=message,
            attributes=attributes,
        )
    )


def _severity(level: int) -> tuple[int, str, SeverityNumber]:
    return next(((number, text, otlp) for upto, number, text, otlp in _SEVERITIES if level <= upto), _FATAL)


def _described(error: BaseException | None) -> dict[str, str]:
    if error is None:
        return {}
    causes = [error]
    while causes[-1].__cause__ is not None and causes[-1].__cause__ not in causes:
        causes.append(causes[-1].__cause__)
    described = {
        "type": type(error).__name__,
        "message": ": ".join(str(cause) for cause in causes),
        "stack": "".join(traceback.format_exception(error)).rstrip(),
    }
    code = getattr(error, "code", None)
    return described | ({"code": code} if isinstance(code, str) else {})
