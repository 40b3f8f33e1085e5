"""A tool call as telemetry sees it: one span, one measurement and one log record, in the caller's trace."""

import asyncio
import json
import logging
import time
import traceback
from collections.abc import Mapping, Sequence
from typing import Any

from fastmcp import exceptions as fastmcp_errors
from fastmcp.exceptions import MCPError, ValidationError
from fastmcp.server.middleware import CallNext, Middleware, MiddlewareContext
from fastmcp.tools import Tool, ToolResult
from mcp_types import INVALID_PARAMS, CallToolRequestParams, ListToolsRequest
from opentelemetry import context as active
from opentelemetry import metrics, trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from pydantic import ValidationError as PydanticValidationError

from .callers import granted_tools
from .telemetry import mcp_parent
from .tools import MODULE

# Stands for a name that a model made up: what is not there never becomes a span name or a label.
UNKNOWN = "unknown"

_MCP_SECONDS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300]
# Characters of a name that a model made up, where it is told.
_LONGEST_NAME = 256
# Characters of one text, and of all texts together, that go on a span.
_LONGEST_TEXT = 8192
_LONGEST_CONTENT = 32_768


class ToolError(Exception):
    """A tool call that failed. What the model is told is content, and is no part of the message."""

    def __init__(self, code: str, message: str, for_model: str) -> None:
        super().__init__(message)
        self.code = code
        self.for_model = for_model


class UnknownToolError(MCPError):
    """A call of what is not there. Callers make names up: neither log nor trace has them."""


class ObservedCalls(Middleware):
    def __init__(self, name: str, captures_content: bool) -> None:
        self._name = name
        self._captures_content = captures_content
        self._log = logging.getLogger(name)
        self._tracer = trace.get_tracer(f"kaos.{name}")
        self._durations = metrics.get_meter(f"kaos.{name}").create_histogram(
            "mcp.server.operation.duration",
            unit="s",
            description="Duration of an MCP request, seen by its receiver",
            explicit_bucket_boundaries_advisory=_MCP_SECONDS,
        )

    async def on_list_tools(
        self,
        context: MiddlewareContext[ListToolsRequest],
        call_next: CallNext[ListToolsRequest, Sequence[Tool]],
    ) -> Sequence[Tool]:
        granted = _granted(context)
        return [tool for tool in await call_next(context) if tool.name in granted]

    async def on_call_tool(
        self,
        context: MiddlewareContext[CallToolRequestParams],
        call_next: CallNext[CallToolRequestParams, ToolResult],
    ) -> ToolResult:
        request = context.fastmcp_context.request_context
        headers = request.request.headers
        parent, links = mcp_parent(request.meta or {}, headers)
        tool = context.message.name if context.message.name in _granted(context) else UNKNOWN
        labels = {"mcp.method.name": "tools/call", "gen_ai.tool.name": tool, "network.transport": "tcp"}
        attributes = {"agent.name": self._name, **labels, "jsonrpc.request.id": str(request.request_id)}
        if "mcp-protocol-version" in headers:
            attributes["mcp.protocol.version"] = headers["mcp-protocol-version"]
        if not trace.get_current_span(parent).get_span_context().is_valid:
            # Without the caller's trace this span is the tool execution itself.
            attributes["gen_ai.operation.name"] = "execute_tool"
        token = active.attach(parent)
        try:
            return await self._observed(f"tools/call {tool}", attributes, links, labels, context, call_next)
        finally:
            active.detach(token)

    async def _observed(
        self,
        operation: str,
        attributes: Mapping[str, str],
        links: list[trace.Link],
        labels: Mapping[str, str],
        context: MiddlewareContext[CallToolRequestParams],
        call_next: CallNext[CallToolRequestParams, ToolResult],
    ) -> ToolResult:
        started_at, error_type = time.perf_counter(), None
        span = self._tracer.start_span(operation, kind=SpanKind.SERVER, attributes=attributes, links=links)
        try:
            with trace.use_span(span, record_exception=False, set_status_on_exception=False):
                try:
                    result = await self._call(context, call_next)
                except asyncio.CancelledError:
                    # Whoever asked has gone, which is no failure of anybody's.
                    span.set_attribute("kaos.cancelled", True)
                    raise
                except (ToolError, MCPError) as error:
                    error_type = error.code if isinstance(error, ToolError) else str(error.error.code)
                    self._log.error("%s failed", operation, exc_info=error)
                    _record_failure(span, error, error_type)
                    raise _for_caller(error, context.message.name)
                self._log.info("%s answered", operation)
                span.set_status(Status(StatusCode.OK))
                return result
        finally:
            span.end()
            failure = {} if error_type is None else {"error.type": error_type}
            self._durations.record(time.perf_counter() - started_at, {**labels, **failure})

    async def _call(
        self,
        context: MiddlewareContext[CallToolRequestParams],
        call_next: CallNext[CallToolRequestParams, ToolResult],
    ) -> ToolResult:
        name, arguments = context.message.name, context.message.arguments or {}
        if name not in _granted(context):
            raise UnknownToolError(code=INVALID_PARAMS, message="there is no tool of that name")
        span = trace.get_current_span()
        if self._captures_content:
            span.set_attribute("gen_ai.tool.call.arguments", _shortened(_json(arguments)))
        try:
            result = await call_next(context)
        except ValidationError as error:
            # What does not fit is content, and the cause repeats it.
            raise ToolError(
                "tool_arguments_invalid", "the arguments do not fit the schema", _misfits(error)
            ) from None
        # A tool that ends the process has failed at its call, no more.
        except (fastmcp_errors.FastMCPError, SystemExit) as error:
            cause = error.__cause__ or error
            for_model = f"the tool exited with {error.code}" if isinstance(error, SystemExit) else str(cause)
            raise ToolError("tool_error", f'tool "{name}" threw', for_model) from _within_tools(cause)
        if self._captures_content:
            items = [item.model_dump(mode="json", by_alias=True, exclude_none=True) for item in result.content]
            span.set_attribute("gen_ai.tool.call.result", _latest(items))
        return result


def _for_caller(error: ToolError | MCPError, name: str) -> Exception:
    if isinstance(error, ToolError):
        return fastmcp_errors.ToolError(error.for_model)
    if isinstance(error, UnknownToolError):
        return MCPError(code=INVALID_PARAMS, message=f'there is no tool "{name[:_LONGEST_NAME]}"')
    return error


def _granted(context: MiddlewareContext[Any]) -> frozenset[str]:
    return granted_tools(context.fastmcp_context.request_context.request.scope)


def _within_tools(error: BaseException) -> BaseException:
    """Without the frames on the way to the code with the tools, which say the same of every error."""
    frame = error.__traceback__
    while frame is not None and frame.tb_frame.f_globals.get("__name__") != MODULE:
        frame = frame.tb_next
    return error if frame is None else error.with_traceback(frame)


def _record_failure(span: Span, error: ToolError | MCPError, error_type: str) -> None:
    cause = error.__cause__ or error
    frames = "".join(traceback.format_tb(cause.__traceback__)).rstrip()
    exception = {"exception.type": error_type, "exception.message": str(error), "exception.stacktrace": frames}
    span.add_event("exception", exception)
    span.set_attribute("error.type", error_type)
    span.set_status(Status(StatusCode.ERROR, str(error)))


def _misfits(error: ValidationError) -> str:
    cause = error.__cause__
    if not isinstance(cause, PydanticValidationError):
        return str(error)
    found = cause.errors(include_url=False, include_context=False, include_input=False)
    return "\n".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in found)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _shortened(text: str) -> str:
    return f"{text[:_LONGEST_TEXT]}…" if len(text) > _LONGEST_TEXT else text


def _latest(items: list[Any]) -> str:
    kept: list[str] = []
    for text in reversed([_json(item) for item in items]):
        if sum(map(len, kept)) + len(text) > _LONGEST_CONTENT:
            break
        kept.insert(0, text)
    return f"[{','.join(kept)}]"
