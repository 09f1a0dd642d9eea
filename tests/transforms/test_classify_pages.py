from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterator
from pathlib import Path

import apache_beam as beam
import numpy as np
import pytest
from apache_beam.testing.test_pipeline import TestPipeline as Pipeline
from apache_beam.testing.util import assert_that, equal_to
from PIL import Image

from schemas.pages import Pixels
from tests import small_files
from tests.transforms.examples import RUN, screened, word
from transforms import classify_pages, opened
from transforms.classify_pages import ClassifyPages, classify
from transforms.elements import PageEnd, PageRun, PageTask
from transforms.render_pages import RenderPages


class ByInk:
    """Scores the share of dark pixels."""

    version = "ink-1"

    def score(self, preview: Pixels) -> float:
        return float((preview < 128).mean())

    def is_readable(self, preview: Pixels, score: float) -> bool:
        return score >= 0.05


@pytest.fixture(autouse=True)
def _by_ink(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(classify_pages, "classifier", ByInk)
    yield
    opened.close()


def task(path: Path, page: int = 0) -> PageTask:
    document = screened(path)
    found = opened.open_document(document).inspect(10, redo=False).pages[page]
    return PageTask(document, dataclasses.replace(found, category=None))


def picture(folder: Path, words: int, times: int = 2) -> Path:
    sink = io.BytesIO()
    pixels = small_files.picture(words).repeat(times, axis=0).repeat(times, axis=1)
    Image.fromarray(pixels).save(sink, "PNG")
    return small_files.put(folder / f"{words}.png", sink.getvalue())


def test_a_picture_with_text_goes_on_with_its_score(tmp_path: Path) -> None:
    found = classify(task(picture(tmp_path, 8)), RUN)
    assert isinstance(found, PageTask)
    assert found.ocrable == pytest.approx(8 * 12 * 40 / (200 * 260), abs=0.01)
    assert found.times["classify"] > 0
    assert found.cpu_seconds > 0


def test_one_without_ends_with_its_score(tmp_path: Path) -> None:
    end = classify(task(picture(tmp_path, 1)), RUN)
    assert isinstance(end, PageEnd)
    assert (end.row.category, end.row.reason, end.row.status) == ("no_text", "not_ocrable", "done")
    assert end.row.ocrable == pytest.approx(12 * 40 / (200 * 260), abs=0.01)
    assert (end.row.words, end.row.width, end.tokens, end.failure) == (0, None, None, None)
    assert (end.engine, end.engine_version) == (None, "ink-1")
    assert end.row.times["classify"] > 0
    assert end.cpu_seconds > 0


def test_a_page_of_a_pdf_is_not_asked(tmp_path: Path) -> None:
    for data in (small_files.scan_pdf([1]), small_files.stamped_scan_pdf(1, "stamp")):
        found = classify(task(small_files.put(tmp_path / "a.pdf", data)), RUN)
        assert isinstance(found, PageTask)
        assert found.ocrable is None
        assert "classify" not in found.times


def test_a_page_with_text_of_its_own_is_not_asked(tmp_path: Path) -> None:
    given = task(picture(tmp_path, 1))
    given = dataclasses.replace(given, inspection=dataclasses.replace(given.inspection, words=(word(),)))
    assert classify(given, RUN) is given


def test_what_cannot_be_decoded_fails_as_such(tmp_path: Path) -> None:
    path = picture(tmp_path, 8)
    given = task(path)
    opened.close()
    path.write_bytes(small_files.png(8)[:200])
    end = classify(given, RUN)
    assert isinstance(end, PageEnd)
    assert (end.row.status, end.row.reason) == ("failed", "source_changed")
    assert end.failure is not None
    assert end.failure.stage == "ClassifyPages"


def test_the_transform_parts_them_and_the_rest_is_rendered(tmp_path: Path) -> None:
    tasks = tuple(task(picture(tmp_path, words)) for words in (8, 1, 7))
    with Pipeline() as pipeline:
        classified = pipeline | beam.Create([PageRun(tasks)]) | ClassifyPages(RUN)
        rendered = classified.pages | RenderPages(RUN)
        ends = classified.ended_pages | beam.Map(lambda end: (end.row.uri[-5:], end.row.reason))
        assert_that(ends, equal_to([("1.png", "not_ocrable")]), "ends")
        pages = rendered.pages | beam.Map(lambda page: (page.task.document.entry.uri[-5:], page.task.ocrable > 0.05))
        assert_that(pages, equal_to([("8.png", True), ("7.png", True)]), "pages")


def test_the_score_is_that_of_the_picture_alone(tmp_path: Path) -> None:
    given = [task(picture(tmp_path, words)) for words in (8, 7, 6)]
    alone = []
    for each in given:
        opened.close()
        alone.append(classify(each, RUN).ocrable)  # type: ignore[union-attr]
    assert alone == [classify(each, RUN).ocrable for each in given]  # type: ignore[union-attr]
    assert len({np.float32(score) for score in alone}) == 3
