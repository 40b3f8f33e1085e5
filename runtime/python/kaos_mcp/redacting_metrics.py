"""Masks secrets in the labels of metrics, before an exporter sends any of them."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from opentelemetry.sdk.metrics.export import (
    DataT,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricExporter,
    MetricExportResult,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)

from .redaction import Redactor


class RedactingMetricExporter(MetricExporter):
    def __init__(self, exporter: MetricExporter, redactor: Redactor) -> None:
        # The reader asks the exporter that it is given for what the exporter within was told to prefer.
        super().__init__(exporter._preferred_temporality, exporter._preferred_aggregation)
        self._exporter = exporter
        self._redactor = redactor

    def export(self, metrics_data: MetricsData, timeout_millis: float = 10_000, **kwargs: Any) -> MetricExportResult:
        self._redactor.refresh()
        return self._exporter.export(redacted_metrics(metrics_data, self._redactor), timeout_millis, **kwargs)

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        return self._exporter.force_flush(timeout_millis)

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: Any) -> None:
        self._exporter.shutdown(timeout_millis, **kwargs)


def redacted_metrics(metrics: MetricsData, redactor: Redactor) -> MetricsData:
    def of_scope(scope: ScopeMetrics) -> ScopeMetrics:
        return _each(scope, "metrics", lambda metric: _redacted_metric(metric, redactor))

    def of_resource(resource: ResourceMetrics) -> ResourceMetrics:
        return _each(resource, "scope_metrics", of_scope)

    return _each(metrics, "resource_metrics", of_resource)


def _each(whole: Any, parts: str, change: Callable[[Any], Any]) -> Any:
    return dataclasses.replace(whole, **{parts: [change(part) for part in getattr(whole, parts)]})


def _redacted_metric(metric: Metric, redactor: Redactor) -> Metric:
    points = [_redacted_point(point, redactor) for point in metric.data.data_points]
    return dataclasses.replace(metric, data=dataclasses.replace(metric.data, data_points=_distinct(points, metric.data)))


def _redacted_point(point: Any, redactor: Redactor) -> Any:
    exemplars = [
        dataclasses.replace(each, filtered_attributes=redactor.fields(each.filtered_attributes or {}))
        for each in point.exemplars
    ]
    return dataclasses.replace(point, attributes=redactor.fields(point.attributes or {}), exemplars=exemplars)


def _distinct(points: Sequence[Any], data: DataT) -> Sequence[Any]:
    """Series that were told apart by what is masked alone are one: nobody who is sent two of the same keeps both."""
    together = {Sum: _added, Histogram: _poured_together, Gauge: lambda _, latest: latest}.get(type(data))
    if together is None:
        return points
    distinct: dict[str, Any] = {}
    for point in points:
        labels = repr(sorted(point.attributes.items()))
        distinct[labels] = together(distinct[labels], point) if labels in distinct else point
    return list(distinct.values())


def _added(one: NumberDataPoint, other: NumberDataPoint) -> NumberDataPoint:
    started_at = min(one.start_time_unix_nano, other.start_time_unix_nano)
    return dataclasses.replace(other, start_time_unix_nano=started_at, value=one.value + other.value)


def _poured_together(one: HistogramDataPoint, other: HistogramDataPoint) -> HistogramDataPoint:
    return dataclasses.replace(
        other,
        start_time_unix_nano=min(one.start_time_unix_nano, other.start_time_unix_nano),
        count=one.count + other.count,
        sum=one.sum + other.sum,
        bucket_counts=[sum(counts) for counts in zip(one.bucket_counts, other.bucket_counts, strict=True)],
        min=min(one.min, other.min),
        max=max(one.max, other.max),
        exemplars=[*one.exemplars, *other.exemplars],
    )
