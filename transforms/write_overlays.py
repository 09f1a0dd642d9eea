"""A document's end: its pages come together, and it gets its overlay PDF."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam
from apache_beam.metrics import Metrics
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils import timestamp
from apache_beam.utils.windowed_value import WindowedValue

from schemas.keys import DocumentKey
from transforms import opened
from transforms.count_ends import NAMESPACE
from transforms.elements import DocumentEnd, DocumentHead, PageEnd
from transforms.overlays import Overlays
from transforms.retries import Patience


class _WriteHere(beam.DoFn):
    """Ends documents of which all pages come by one after the other: at best in the stage that has them open.

    It holds the pages of one document. Those of one that is not whole when another's come go to the `others`.
    """

    def __init__(self, overlays: Overlays) -> None:
        self._overlays = overlays

    def start_bundle(self) -> None:
        self._waiting: list[PageEnd] = []
        self._patience = Patience()

    def process(self, page: PageEnd) -> Iterator[Any]:
        assert page.head is not None
        if self._waiting and self._waiting[0].key != page.key:
            yield from (beam.pvalue.TaggedOutput("others", other) for other in self._taken())
        self._waiting.append(page)
        if len(self._waiting) + len(page.head.ended) == page.head.pages:
            yield from self._overlays.ends(page.head, self._taken(), self._patience)

    def finish_bundle(self) -> Iterator[Any]:
        opened.close()
        for page in self._taken():
            value = WindowedValue(page, timestamp.MIN_TIMESTAMP, (GlobalWindow(),))
            yield beam.pvalue.TaggedOutput("others", value)

    def _taken(self) -> list[PageEnd]:
        pages, self._waiting = self._waiting, []
        return pages


class _WriteOverlays(beam.DoFn):
    def __init__(self, overlays: Overlays) -> None:
        self._overlays = overlays

    def start_bundle(self) -> None:
        self._patience = Patience()

    def process(self, element: tuple[DocumentKey, Iterable[DocumentHead | PageEnd]]) -> Iterator[DocumentEnd]:
        parts = list(element[1])
        pages = [part for part in parts if isinstance(part, PageEnd)]
        heads = (part.head if isinstance(part, PageEnd) else part for part in parts)
        head = next((head for head in heads if head is not None), None)
        if head is None:  # a runner that did CapPages once more, with another outcome: that one's rows stand
            Metrics.counter(NAMESPACE, "pages_without_document").inc(len(pages))
            return
        yield from self._overlays.ends(head, pages, self._patience)

    def finish_bundle(self) -> None:
        opened.close()


@beam.typehints.with_output_types(DocumentEnd)
@dataclasses.dataclass(eq=False)
class WriteOverlays(beam.PTransform):
    """Brings the ends of a document's pages together, and writes an overlay where one gained words.

    Takes `heads`, ends of pages that were read `here`, where their document was opened, and those of `others`. The
    former have their document's head; where one of its pages is among the others, they go the others' way.
    """

    overlays: Overlays

    def expand(
        self,
        parts: tuple[beam.PCollection[DocumentHead], beam.PCollection[PageEnd], beam.PCollection[PageEnd]],
    ) -> beam.PCollection[DocumentEnd]:
        heads, here, others = parts
        written = here | "WriteHere" >> beam.ParDo(_WriteHere(self.overlays)).with_outputs("others", main="ended")
        keyed = [
            parts | f"Key{name}" >> beam.Map(_key).with_output_types(tuple[tuple[str, str], DocumentHead | PageEnd])
            for name, parts in (("Heads", heads), ("Pages", others), ("Waiting", written.others))
        ]
        gathered = keyed | beam.Flatten() | beam.GroupByKey() | "Write" >> beam.ParDo(_WriteOverlays(self.overlays))
        return (written.ended, gathered) | "Ended" >> beam.Flatten()


def _key(part: DocumentHead | PageEnd) -> tuple[tuple[str, str], DocumentHead | PageEnd]:
    document = part.document
    return (document.document_id, document.entry.uri), part
