"""Masks secrets in all that an exporter is given, before it sends any of it."""

import copy
import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import Link, Status

from .redaction import Redactor


class RedactingExporter:
    def __init__(self, exporter: Any, redactor: Redactor, redacted: Callable[[Any, Redactor], Any]) -> None:
        self._exporter = exporter
        self._redactor = redactor
        self._redacted = redacted

    def export(self, batch: Sequence[Any]) -> Any:
        self._redactor.refresh()
        return self._exporter.export([self._redacted(item, self._redactor) for item in batch])

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)

    def shutdown(self) -> None:
        self._exporter.shutdown()


def redacted_span(span: ReadableSpan, redactor: Redactor) -> ReadableSpan:
    said = span.status.description
    return ReadableSpan(
        name=redactor.text(span.name),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=redactor.fields(span.attributes or {}),
        events=[
            Event(redactor.text(event.name), redactor.fields(event.attributes or {}), event.timestamp)
            for event in span.events
        ],
        links=[Link(link.context, redactor.fields(link.attributes or {})) for link in span.links],
        kind=span.kind,
        status=Status(span.status.status_code, said and redactor.text(said)),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def redacted_log(record: ReadableLogRecord, redactor: Redactor) -> ReadableLogRecord:
    said = copy.copy(record.log_record)
    said.body = redactor.value(said.body)
    said.attributes = redactor.fields(said.attributes or {})
    return dataclasses.replace(record, log_record=said)
