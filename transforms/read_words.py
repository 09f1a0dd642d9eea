"""From pixels to words: the place of the OCR engine, whichever it is."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apache_beam as beam
from apache_beam.metrics import Metrics
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils import timestamp
from apache_beam.utils.windowed_value import WindowedValue

from documents.known_words import without_known
from models.engines import Engine, open_engine
from schemas.errors import Unreadable
from schemas.geometry import transform_quads
from schemas.pages import Word
from transforms import models_folder
from transforms.count_ends import NAMESPACE
from transforms.elements import Page, PageEnd, Reading, TwoReadings
from transforms.endings import describe, end_page, fail_page, rendered
from transforms.engine_choice import EngineChoice
from transforms.gallery import Shortlist, thumbnail
from transforms.models_folder import Models
from transforms.opened import Stopwatch
from transforms.tokens import pack

STAGE = "ReadWords"
NO_WORDS = "no_words"
_engines = threading.local()


def engine_of_thread(name: str) -> Engine:
    """The engine, loaded once a thread: runners give a process one thread that works."""
    opened: dict[tuple[str, Path], Engine] = _engines.__dict__.setdefault("opened", {})
    models = models_folder.in_use()
    if (name, models) not in opened:
        opened[name, models] = open_engine(name, models)
    return opened[name, models]


def on_page(page: Page, words: list[Word]) -> list[Word]:
    """Words in pixels of the page image, taken to fractions of the page as a person sees it."""
    quads = transform_quads(page.image.to_page, [word.quad for word in words])
    return [dataclasses.replace(word, quad=quad) for word, quad in zip(words, quads, strict=True)]


def after(words: list[Word], known: tuple[Word, ...]) -> list[Word]:
    """Both, the known ones on lines of their own behind the read ones."""
    offset = 1 + max((word.line for word in words), default=-1)
    return [*words, *(dataclasses.replace(word, line=word.line + offset) for word in known)]


def read(page: Page, engine: Engine, run: str, embedded_text: bool) -> tuple[PageEnd, Reading]:
    """The page's end, and what the engine gained for it."""
    known, watch = page.task.inspection.words, Stopwatch()
    try:
        reading = _reading(page, engine, watch)
        with watch.running():
            words = after(list(reading.words), known if embedded_text else ())
            tokens = pack(page.task.document, page.task.inspection.page, words, engine.name)
    except Exception as error:
        reading = _failed(engine.name, engine.version, watch, error)
        end = fail_page(page.task.spent("read", watch.milliseconds, watch.cpu_seconds), STAGE, run, error, page)
        return dataclasses.replace(end, **_by(reading)), reading
    task = page.task.spent("read", watch.milliseconds, watch.cpu_seconds)
    end = end_page(
        task,
        category="image_text" if reading.words or known else "no_text",
        reason=None if known and reading.reason == NO_WORDS else reading.reason,
        words=tokens.count,
        mean_confidence=tokens.mean_confidence,
        **rendered(page),
    )
    end = dataclasses.replace(
        end,
        tokens=tokens.stream,
        gained=len(reading.words),
        confidence_sum=tokens.confidence_sum,
        confidence_count=tokens.confidence_count,
        **_by(reading),
    )
    return end, reading


def read_again(page: Page, name: str) -> Reading:
    """What another engine makes of the page. It may fail in any way but by ending the process."""
    version, watch = None, Stopwatch()
    try:
        engine = engine_of_thread(name)
        version = engine.version
        return _reading(page, engine, watch)
    except Exception as error:
        return _failed(name, version, watch, error)


def _reading(page: Page, engine: Engine, watch: Stopwatch) -> Reading:
    """What the engine reads. A page that holds nothing that it can read is no failure."""
    words: list[Word] = []
    reason = NO_WORDS
    with watch.running(programs=True):
        try:
            words = without_known(on_page(page, engine.read(page.image)), page.task.inspection.words)
        except Unreadable as unreadable:
            reason = unreadable.reason
    return Reading(
        engine=engine.name,
        engine_version=engine.version,
        words=tuple(words),
        reason=None if words else reason,
        cpu_seconds=watch.cpu_seconds,
    )


def _failed(engine: str, version: str | None, watch: Stopwatch, error: Exception) -> Reading:
    reason, message = describe(error)
    return Reading(engine, version, reason=reason, message=message, cpu_seconds=watch.cpu_seconds)


def _by(reading: Reading) -> dict[str, Any]:
    """What a page's end says of its engine."""
    return {
        "engine": reading.engine,
        "engine_version": reading.engine_version,
        "engine_cpu_seconds": reading.cpu_seconds,
    }


class _ReadWords(beam.DoFn):
    def __init__(
        self, engines: EngineChoice, run: str, embedded_text: bool, gallery: bool, models: Models | None = None
    ) -> None:
        self._engines = engines
        self._models = models
        self._run = run
        self._embedded_text = embedded_text
        self._gallery = gallery

    def setup(self) -> None:
        models_folder.use(self._models)

    def start_bundle(self) -> None:
        self._shortlist = Shortlist()

    def process(self, page: Page) -> Iterator[Any]:
        document_id = page.task.document.document_id
        try:
            engine = engine_of_thread(self._engines.reader(document_id))
        except Exception as error:  # this worker lacks what the others have: its pages say so
            yield fail_page(page.task, STAGE, self._run, error, page)
            return
        end, reading = read(page, engine, self._run, self._embedded_text)
        if reading.reason == Unreadable.reason:
            Metrics.counter(NAMESPACE, "pages_unreadable").inc()
        self._picture(page, end, reading)
        yield end
        shadow = self._engines.shadow_reader(document_id)
        if shadow is not None:
            again = read_again(page, shadow)
            Metrics.counter(NAMESPACE, "pages_read_again" if again.message is None else "shadow_failed").inc()
            both = TwoReadings(end.key, end.row.page, reading, again)
            yield beam.pvalue.TaggedOutput("read_twice", both)

    def _picture(self, page: Page, end: PageEnd, reading: Reading) -> None:
        confidence = end.row.mean_confidence
        if self._gallery and confidence is not None and self._shortlist.wants(confidence, end.row.uri, end.row.page):
            try:
                self._shortlist.add(thumbnail(page, reading.words, confidence))
            except Exception:  # a picture for the report is not worth a page
                Metrics.counter(NAMESPACE, "thumbnails_failed").inc()

    def finish_bundle(self) -> Iterator[Any]:
        for item in self._shortlist.take():
            value = WindowedValue(item, timestamp.MIN_TIMESTAMP, (GlobalWindow(),))
            yield beam.pvalue.TaggedOutput("thumbnails", value)


@beam.typehints.with_input_types(Page)
@dataclasses.dataclass(eq=False)
class ReadWords(beam.PTransform):
    """Reads pages: gives `ended_pages`, those `read_twice` for a shadow, and `thumbnails` of the least confident."""

    engines: EngineChoice
    run: str
    embedded_text: bool
    gallery: bool
    models: Models | None = None  # None: the project's own

    def expand(self, pages: beam.PCollection[Page]) -> beam.pvalue.DoOutputsTuple:
        reading = _ReadWords(self.engines, self.run, self.embedded_text, self.gallery, self.models)
        return pages | "Read" >> beam.ParDo(reading).with_outputs("thumbnails", "read_twice", main="ended_pages")
