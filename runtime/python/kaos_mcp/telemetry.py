"""OpenTelemetry of the process, decided and configured as for our other processes."""

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from opentelemetry import propagate, trace
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from .config import FLUSH_SECONDS
from .redaction import Redactor

_PROPAGATOR = CompositePropagator([TraceContextTextMapPropagator(), W3CBaggagePropagator()])


@dataclass(frozen=True)
class Telemetry:
    enabled: bool
    summary: str
    """What to say of it in the log."""
    closing: tuple[Callable[[], object], ...] = field(default=())

    def close(self) -> None:
        """Sends what is left, within FLUSH_SECONDS even when the collector hangs."""
        threads = [threading.Thread(target=_settled, args=(close,), daemon=True) for close in self.closing]
        deadline = time.monotonic() + FLUSH_SECONDS
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))


def start_telemetry(env: Mapping[str, str], fallback_name: str, redactor: Redactor) -> Telemetry:
    """On when it is not disabled and an endpoint is there. All else the SDK reads from OTEL_* itself."""
    propagate.set_global_textmap(_PROPAGATOR)
    service, endpoint = env.get("OTEL_SERVICE_NAME") or fallback_name, env.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    is_disabled = re.fullmatch(r"(?i)true|1|yes", env.get("OTEL_SDK_DISABLED", ""))
    if is_disabled or not endpoint:
        return Telemetry(False, "OpenTelemetry Enabled: false")
    # Loading the SDK takes a while; a process without telemetry does not pay for it.
    from .sdk import start_sdk

    summary = f"OpenTelemetry initialized: {endpoint} (service: {service})"
    return Telemetry(True, summary, start_sdk(env, service, redactor))


def mcp_parent(meta: Mapping[str, object], headers: Mapping[str, str]) -> tuple[Context, list[trace.Link]]:
    """The parent of an MCP call: what `_meta` says, whatever the transport; without it, what the headers say.

    Where both are there and differ, the transport's span is linked.
    """
    message = _incoming({key: value for key, value in meta.items() if isinstance(value, str)})
    transport = _incoming(headers)
    said, carried = _span_of(message), _span_of(transport)
    if not said.is_valid:
        return transport, []
    is_other = carried.is_valid and carried.span_id != said.span_id
    return message, [trace.Link(carried)] if is_other else []


def captures_content(env: Mapping[str, str]) -> bool:
    """Whether spans are to tell what was said, by the variable that the GenAI conventions have for it."""
    asked = env.get("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "")
    return re.fullmatch(r"(?i)true|1|yes|span_only|span_and_event", asked) is not None


def _incoming(carrier: Mapping[str, str]) -> Context:
    return _PROPAGATOR.extract(carrier, context=Context())


def _span_of(parent: Context) -> trace.SpanContext:
    return trace.get_current_span(parent).get_span_context()


def _settled(close: Callable[[], object]) -> None:
    try:
        close()
    except Exception:  # a failed export is the exporter's to report, not a reason to hang
        pass
