"""From pixels to words: the place of the OCR engine, whichever it is."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from typing import Any

import apache_beam as beam
from apache_beam.metrics import Metrics
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils import timestamp
from apache_beam.utils.windowed_value import WindowedValue

from documents.known_words import without_known
from models.engines import Engine, open_engine
from schemas.geometry import transform_quads
from schemas.pages import Word
from transforms.count_ends import NAMESPACE
from transforms.elements import Page, PageEnd
from transforms.endings import fail_page, page_row, rendered
from transforms.gallery import Shortlist, thumbnail
from transforms.opened import Stopwatch
from transforms.tokens import pack

STAGE = "ReadWords"
_engines = threading.local()


def engine_of_thread(name: str) -> Engine:
    """The engine, loaded once a thread: runners give a process one thread that works."""
    opened: dict[str, Engine] = _engines.__dict__.setdefault("opened", {})
    if name not in opened:
        opened[name] = open_engine(name)
    return opened[name]


def on_page(page: Page, words: list[Word]) -> list[Word]:
    """Words in pixels of the page image, taken to fractions of the page as a person sees it."""
    quads = transform_quads(page.image.to_page, [word.quad for word in words])
    return [dataclasses.replace(word, quad=quad) for word, quad in zip(words, quads, strict=True)]


def after(words: list[Word], known: tuple[Word, ...]) -> list[Word]:
    """Both, the known ones on lines of their own behind the read ones."""
    offset = 1 + max((word.line for word in words), default=-1)
    return [*words, *(dataclasses.replace(word, line=word.line + offset) for word in known)]


def read(page: Page, engine: Engine, run: str, embedded_text: bool) -> tuple[PageEnd, list[Word]]:
    """The page's end, and the words that it gained."""
    task, watch = page.task, Stopwatch()
    try:
        with watch.running(programs=True):
            gained = without_known(on_page(page, engine.read(page.image)), task.inspection.words)
            words = after(gained, task.inspection.words if embedded_text else ())
            tokens = pack(task.document, task.inspection.page, words, engine.name)
    except Exception as error:
        return fail_page(task.spent("read", watch.milliseconds, watch.cpu_seconds), STAGE, run, error, page), []
    task = task.spent("read", watch.milliseconds, watch.cpu_seconds)
    found = bool(gained) or bool(task.inspection.words)
    end = PageEnd(
        key=task.document.key,
        owner=task.document.entry.owner,
        row=page_row(
            task,
            category="image_text" if found else "no_text",
            reason=None if found else "no_words",
            words=tokens.count,
            mean_confidence=tokens.mean_confidence,
            **rendered(page),
        ),
        tokens=tokens.stream,
        gained=len(gained),
        confidence_sum=tokens.confidence_sum,
        confidence_count=tokens.confidence_count,
        cpu_seconds=task.cpu_seconds,
        engine=engine.name,
        engine_version=engine.version,
    )
    return end, gained


class _ReadWords(beam.DoFn):
    def __init__(self, engine: str, run: str, embedded_text: bool, gallery: bool) -> None:
        self._engine_name = engine
        self._run = run
        self._embedded_text = embedded_text
        self._gallery = gallery

    def start_bundle(self) -> None:
        self._shortlist = Shortlist()

    def process(self, page: Page) -> Iterator[Any]:
        end, gained = read(page, engine_of_thread(self._engine_name), self._run, self._embedded_text)
        confidence = end.row.mean_confidence
        if self._gallery and confidence is not None and self._shortlist.wants(confidence, end.row.uri, end.row.page):
            try:
                self._shortlist.add(thumbnail(page, gained, confidence))
            except Exception:  # a picture for the report is not worth a page
                Metrics.counter(NAMESPACE, "thumbnails_failed").inc()
        yield end

    def finish_bundle(self) -> Iterator[Any]:
        for item in self._shortlist.take():
            value = WindowedValue(item, timestamp.MIN_TIMESTAMP, (GlobalWindow(),))
            yield beam.pvalue.TaggedOutput("thumbnails", value)


@beam.typehints.with_input_types(Page)
@dataclasses.dataclass(eq=False)
class ReadWords(beam.PTransform):
    """Reads pages with an engine: gives `ended_pages`, and `thumbnails` of the least confident."""

    engine: str
    run: str
    embedded_text: bool
    gallery: bool

    def expand(self, pages: beam.PCollection[Page]) -> beam.pvalue.DoOutputsTuple:
        reading = _ReadWords(self.engine, self.run, self.embedded_text, self.gallery)
        return pages | "Read" >> beam.ParDo(reading).with_outputs("thumbnails", main="ended_pages")
