"""A span for each event and each delivery, for OpenTelemetry. Ids only: no text of an error either, which may quote."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode

from bot.effects import Effect
from bot.inbound import Event
from bot.ops.observing import ticket_in


class Traces:
    """An `Observer`. `processor` takes the spans that are over."""

    def __init__(self, processor: SpanProcessor) -> None:
        provider = TracerProvider(resource=Resource.create({"service.name": "helpthread"}))
        provider.add_span_processor(processor)
        self.tracer = provider.get_tracer("helpthread")

    def handling(self, event: Event) -> AbstractContextManager[object]:
        return self._span(f"event {type(event).__name__}", SpanKind.SERVER, {"helpthread.event": event.recorded})

    def delivering(self, effect: Effect, token: str) -> AbstractContextManager[object]:
        told = {"helpthread.effect": token, "helpthread.platform": effect.platform}
        if ticket := ticket_in(effect.room):
            told["helpthread.ticket"] = ticket
        return self._span(f"deliver {effect.kind}", SpanKind.CLIENT, told)

    @contextmanager
    def _span(self, name: str, kind: SpanKind, told: dict[str, str]) -> Iterator[None]:
        with self.tracer.start_as_current_span(
            name, kind=kind, attributes=told, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except Exception as error:
                span.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise


def exporting(endpoint: str) -> Traces:
    """Spans go to a collector, in batches, from a thread of their own."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return Traces(BatchSpanProcessor(OTLPSpanExporter(endpoint.rstrip("/") + "/v1/traces")))
