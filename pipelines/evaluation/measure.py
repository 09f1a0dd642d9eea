"""One labelled page through an engine, and what it scored."""

from __future__ import annotations

import contextlib
import dataclasses
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, runtime_checkable

from documents import media
from documents.reader import open_document
from models.engines import Engine
from models.windows import Window
from models.word_detector import Line
from pipelines.evaluation.detection import Found, as_lines, as_words, matches
from pipelines.evaluation.labelled_pages import LabelledPage
from pipelines.evaluation.reliability import Judged, judged
from pipelines.evaluation.scores import (
    Hits,
    Share,
    character_errors,
    loose_words,
    single_word_accuracy,
    strict_words,
    word_hits,
)
from pipelines.evaluation.texts import page_text, text_words, truth_lines
from schemas.errors import CorruptDocument, PagebeamError
from schemas.geometry import Quad, scaling, transform_quads
from schemas.pages import PageImage, Word


@dataclasses.dataclass(frozen=True)
class BoxScores:
    """What the truth's boxes say."""

    detection: Hits
    found: tuple[Found, ...]  # what was held against the truth: words, or pieces of lines
    pairs: tuple[tuple[int, int], ...]  # (truth, found)
    strict: Share  # Single Word Accuracy over the pairs
    loose: Share
    tokens: tuple[Judged, ...] | None  # None where the boxes are lines'


@dataclasses.dataclass(frozen=True)
class PageResult:
    """What an engine made of a page."""

    page: LabelledPage
    words: tuple[Word, ...]  # quads in pixels of the picture as it is stored
    engine_version: str
    error: str | None  # why there are no words: reason of a PagebeamError
    render_seconds: float  # of CPU, children included
    read_seconds: float
    strict: Hits
    loose: Hits
    characters: Share
    characters_folded: Share  # the case folded
    boxes: BoxScores | None
    before: tuple[Quad, ...] | None = None  # what the Word Detector took for words; None of an engine without one


@runtime_checkable
class InSteps(Protocol):
    """An engine whose reading can be looked at in between."""

    def windows(self, image: PageImage) -> tuple[list[Line], list[Window]]: ...

    def words(self, lines: list[Line], windows: list[Window]) -> list[Word]: ...


def measure(page: LabelledPage, engine: Engine) -> PageResult:
    """Renders the page as the job does, reads and scores it. A page that fails is one without words."""
    rendering, reading = _Seconds(), _Seconds()
    words: list[Word] = []
    before: list[Quad] | None = None
    error: str | None = None
    try:
        with rendering.running():
            image = render(page)
        with reading.running():
            if isinstance(engine, InSteps):
                lines, windows = engine.windows(image)
                before = [quad for line in lines for quad in line.words]
                words = engine.words(lines, windows)
            else:
                words = engine.read(image)
    except PagebeamError as cause:
        error = cause.reason
    quads = _in_picture([word.quad for word in words], image, page) if words else []
    words = [dataclasses.replace(word, quad=quad) for word, quad in zip(words, quads, strict=True)]
    result = score(page, words, engine.version, error, rendering.total, reading.total)
    return result if before is None else dataclasses.replace(result, before=tuple(_in_picture(before, image, page)))


def score(
    page: LabelledPage,
    words: list[Word],
    engine_version: str = "",
    error: str | None = None,
    render_seconds: float = 0.0,
    read_seconds: float = 0.0,
) -> PageResult:
    """All scores of a page; the words' quads are in pixels of the picture as it is stored."""
    text = page_text(text_words(words))
    truth = " ".join(word for line in truth_lines(page) for word in line)
    return PageResult(
        page=page,
        words=tuple(words),
        engine_version=engine_version,
        error=error,
        render_seconds=render_seconds,
        read_seconds=read_seconds,
        strict=word_hits(strict_words(page.text), strict_words(text)),
        loose=word_hits(loose_words(page.text), loose_words(text)),
        characters=character_errors(truth, text),
        characters_folded=character_errors(truth, text, fold_case=True),
        boxes=None if page.boxes is None else _score_boxes(page.boxes, page.lines, words),
    )


def _score_boxes(truths: tuple[Found, ...], lines: bool, words: list[Word]) -> BoxScores:
    found = as_lines(words) if lines else as_words(words)
    pairs = matches([truth.box for truth in truths], [one.box for one in found])
    strict, loose = single_word_accuracy((truths[i].text, found[j].text) for i, j in pairs)
    return BoxScores(
        detection=Hits(len(pairs), len(found), len(truths)),
        found=tuple(found),
        pairs=tuple(pairs),
        strict=strict,
        loose=loose,
        tokens=None if lines else tuple(judged(words, truths)),
    )


def render(page: LabelledPage) -> PageImage:
    """The page as the job would render it, without the jail. Raises PagebeamError."""
    data = Path(page.picture).read_bytes()
    media_type = media.sniff(data)
    if media_type is None:
        raise CorruptDocument(f"{page.picture} is no picture")
    with open_document(data, media_type) as document:  # no jail: labelled pages are the evaluator's own
        return document.render(0)


def _in_picture(quads: list[Quad], image: PageImage, page: LabelledPage) -> list[Quad]:
    return transform_quads(scaling(page.width, page.height) @ image.to_page, quads)


class _Seconds:
    """CPU seconds (user + system) of this thread and of the children that it waited for."""

    def __init__(self) -> None:
        self.total = 0.0

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        before = _cpu_seconds()
        try:
            yield
        finally:
            self.total += _cpu_seconds() - before


def _cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.thread_time() + children.ru_utime + children.ru_stime
