"""The SDK for all three signals. Exporters, protocol, headers, sampler, batches and intervals are OTEL_*'s."""

import uuid
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from opentelemetry import metrics, trace
from opentelemetry._logs import set_logger_provider
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, ConsoleLogRecordExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import ConsoleMetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter

from .redacting_exporter import RedactingExporter, redacted_log, redacted_span
from .redacting_metrics import RedactingMetricExporter
from .redaction import Redactor


def start_sdk(env: Mapping[str, str], service: str, redactor: Redactor) -> tuple[Callable[[], object], ...]:
    """Registers the providers; what it returns stops them."""
    said = Resource(redactor.fields(Resource.create().attributes))
    resource = said.merge(Resource({SERVICE_NAME: service, "service.instance.id": str(uuid.uuid4())}))
    tracers = TracerProvider(resource=resource, shutdown_on_exit=False)
    for exporter in _exporters(env, "traces", ConsoleSpanExporter):
        redacting = RedactingExporter(exporter, redactor, redacted_span)
        tracers.add_span_processor(BatchSpanProcessor(redacting))
    readers = [
        PeriodicExportingMetricReader(RedactingMetricExporter(exporter, redactor))
        for exporter in _exporters(env, "metrics", ConsoleMetricExporter)
    ]
    meters = MeterProvider(readers, resource=resource, shutdown_on_exit=False)
    loggers = LoggerProvider(resource=resource, shutdown_on_exit=False)
    for exporter in _exporters(env, "logs", ConsoleLogRecordExporter):
        redacting = RedactingExporter(exporter, redactor, redacted_log)
        loggers.add_log_record_processor(BatchLogRecordProcessor(redacting))
    trace.set_tracer_provider(tracers)
    metrics.set_meter_provider(meters)
    set_logger_provider(loggers)
    return tracers.shutdown, meters.shutdown, loggers.shutdown


_OTLP = {
    "traces": ("trace_exporter", "OTLPSpanExporter"),
    "metrics": ("metric_exporter", "OTLPMetricExporter"),
    "logs": ("_log_exporter", "OTLPLogExporter"),
}


def _exporters(env: Mapping[str, str], signal: str, console: Callable[[], Any]) -> list[Any]:
    names = (env.get(f"OTEL_{signal.upper()}_EXPORTER") or "otlp").split(",")
    build = {"otlp": lambda: _otlp(env, signal), "console": console}
    return [build[name.strip()]() for name in names if name.strip() in build]


def _otlp(env: Mapping[str, str], signal: str) -> Any:
    variables = (f"OTEL_EXPORTER_OTLP_{signal.upper()}_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
    # gRPC where nothing is said, as in KAOS.
    protocol = next((env[name] for name in variables if env.get(name)), "grpc")
    module, name = _OTLP[signal]
    kind = "http" if protocol.startswith("http") else "grpc"
    return getattr(import_module(f"opentelemetry.exporter.otlp.proto.{kind}.{module}"), name)()
