from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pytest
from apache_beam.testing.test_pipeline import TestPipeline as Pipeline
from apache_beam.testing.util import assert_that, equal_to
from hypothesis import given
from hypothesis import strategies as st

from models.engines.standin import StandIn
from schemas.errors import EngineError
from schemas.geometry import Quad
from schemas.pages import PageImage, Word
from tests import small_files
from tests.transforms.examples import RUN, page, screened, word
from transforms import opened, read_words, render_pages
from transforms.cap_pages import Cap
from transforms.elements import Page, PageEnd, PageRun, PageTask
from transforms.read_words import ReadWords, after, on_page, read
from transforms.render_pages import RenderPages


class Moody(StandIn):
    """Falls over pages whose first pixel is not white."""

    name = "moody"

    def __init__(self, error: Exception) -> None:
        self._error = error

    def read(self, image: PageImage) -> list[Word]:
        if image.pixels[0, 0, 0] < 255:
            raise self._error
        return super().read(image)


def spoilt() -> np.ndarray:
    pixels = small_files.picture(2)
    pixels[0, 0] = 0
    return pixels


def test_words_are_fractions_of_the_page_and_counted() -> None:
    found = page(small_files.picture(3))
    end, gained = read(found, StandIn(), RUN, embedded_text=True)
    assert (end.row.category, end.row.status, end.row.reason) == ("image_text", "done", None)
    assert (end.row.words, end.gained, len(gained)) == (3, 3, 3)
    assert (end.row.width, end.row.height) == (small_files.WIDTH, small_files.HEIGHT)
    assert (end.engine, end.engine_version) == ("standin", "1")
    assert end.row.times["read"] > 0
    assert np.allclose(gained[0].quad, Quad.of_box(20 / 200, 20 / 260, 60 / 200, 32 / 260))


def test_a_page_without_words_holds_no_text() -> None:
    end, gained = read(page(small_files.picture(0)), StandIn(), RUN, embedded_text=True)
    assert (end.row.category, end.row.reason, end.row.status, end.tokens) == ("no_text", "no_words", "done", None)
    assert not gained


@pytest.mark.parametrize(("embedded_text", "tokens"), [(True, 3), (False, 2)])
def test_words_that_were_known_are_not_doubled(embedded_text: bool, tokens: int) -> None:
    known = word("known", decision="embedded")
    pixels = small_files.picture(3)
    first = read(page(pixels), StandIn(), RUN, True)[1][0]
    known = dataclasses.replace(known, quad=first.quad)
    end, gained = read(page(pixels, words=(known,)), StandIn(), RUN, embedded_text)
    assert first.text not in {one.text for one in gained}
    assert (len(gained), end.gained, end.row.words) == (2, 2, tokens)
    rows = pa.ipc.open_stream(end.tokens).read_all().to_pylist()
    assert [row["text"] for row in rows if row["decision"] == "embedded"] == (["known"] if embedded_text else [])


@given(st.lists(st.integers(0, 5)), st.lists(st.integers(0, 5)))
def test_known_words_have_lines_of_their_own_behind(read_lines: list[int], known_lines: list[int]) -> None:
    ours, known = [word(line=line) for line in read_lines], tuple(word(line=line) for line in known_lines)
    both = after(ours, known)
    assert both[: len(ours)] == ours
    behind = [one.line for one in both[len(ours) :]]
    assert all(line > max(read_lines, default=-1) for line in behind)
    assert [line - behind[0] for line in behind] == [line - known_lines[0] for line in known_lines]


def test_words_go_to_the_page_by_the_images_matrix() -> None:
    turned = page(small_files.picture(1))
    matrix = np.array([[0, -1 / 260, 1], [1 / 200, 0, 0], [0, 0, 1.0]])
    turned = dataclasses.replace(turned, image=PageImage(turned.image.pixels, matrix))
    (there,) = on_page(turned, [Word("a", Quad.of_box(0, 0, 200, 260), 0)])
    assert np.allclose(there.quad, [1, 0, 1, 1, 0, 1, 0, 0])
    assert on_page(turned, []) == []


def test_an_engine_that_fails_costs_its_page() -> None:
    end, gained = read(page(spoilt(), 3), Moody(EngineError("no answer")), RUN, True)
    assert not gained
    assert (end.row.status, end.row.reason, end.row.category, end.row.words) == ("failed", "engine_error", None, 0)
    assert end.failure is not None
    assert (end.failure.stage, end.failure.error, end.failure.page) == ("ReadWords", "engine_error", 3)
    assert end.failure.message == "no answer"
    assert end.row.times["read"] > 0


def test_what_nobody_foresaw_is_told_without_the_pages_text() -> None:
    end, _ = read(page(spoilt()), Moody(ValueError("SECRET TEXT")), RUN, True)
    assert end.failure is not None
    assert end.failure.error == end.row.reason == "internal_error"
    assert "ValueError in test_read_words.py" in end.failure.message
    assert "SECRET" not in end.failure.message


def test_words_that_no_table_can_hold_cost_their_page() -> None:
    class Broken(StandIn):
        def read(self, image: PageImage) -> list[Word]:
            return [Word("SECRET\ud800", Quad.of_box(0, 0, 9, 9), 0)]

    end, _ = read(page(small_files.picture(1)), Broken(), RUN, True)
    assert end.failure is not None
    assert end.failure.error == "internal_error"
    assert "SECRET" not in end.failure.message


@pytest.fixture
def _moody_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_words, "engine_of_thread", lambda name: Moody(EngineError("no answer")))


@pytest.mark.usefixtures("_moody_engine")
def test_other_pages_are_not_touched_and_the_least_confident_are_pictured() -> None:
    pages = [page(small_files.picture(1, seed=1), 0), page(spoilt(), 1), page(small_files.picture(0), 2)]
    with Pipeline() as pipeline:
        done = pipeline | beam.Create(pages) | ReadWords("moody", RUN, embedded_text=True, gallery=True)
        rows = done.ended_pages | beam.Map(lambda end: (end.row.page, end.row.status, end.row.category))
        assert_that(rows, equal_to([(0, "done", "image_text"), (1, "failed", None), (2, "done", "no_text")]))
        pictured = done.thumbnails | "Pictured" >> beam.Map(lambda item: (item.page, len(item.boxes), item.aspect))
        assert_that(pictured, equal_to([(0, 1, 1.3)]), label="Thumbnails")


def test_pictures_are_made_only_for_a_gallery() -> None:
    with Pipeline() as pipeline:
        done = pipeline | beam.Create([page(small_files.picture(1))]) | ReadWords("standin", RUN, True, gallery=False)
        assert_that(done.thumbnails, equal_to([]))


def _tasks(path: Path) -> list[PageTask]:
    parts = list(Cap(RUN, 10, False, True).open(screened(path)))
    opened.close()
    return [page for part in parts if isinstance(part, PageRun) for page in part.pages]


def test_the_pixels_that_were_drawn_are_the_pixels_that_are_read(tmp_path: Path) -> None:
    (first,) = _tasks(small_files.put(tmp_path / "a.png", small_files.png(3)))
    rendered = render_pages.render(first, RUN)
    opened.close()
    assert isinstance(rendered, Page)
    assert (rendered.width, rendered.height) == (2 * small_files.WIDTH, 2 * small_files.HEIGHT)
    assert rendered.image.pixels.shape == (rendered.height, rendered.width, 3)
    assert set(rendered.task.times) == {"inspect", "fetch", "render"}
    end, gained = read(rendered, StandIn(), RUN, True)
    assert end.row.words == 3
    assert np.allclose(gained[0].quad, Quad.of_box(20 / 200, 20 / 260, 60 / 200, 32 / 260), atol=0.01)


def test_pages_of_a_file_that_changed_fail_as_such(tmp_path: Path) -> None:
    path = small_files.put(tmp_path / "a.pdf", small_files.scan_pdf([1, 2]))
    tasks = _tasks(path)
    path.write_bytes(small_files.scan_pdf([2, 1]))
    with Pipeline() as pipeline:
        rendered = pipeline | beam.Create(tasks) | RenderPages(RUN)
        assert_that(rendered.pages, equal_to([]), label="Pages")
        assert_that(rendered.ended_pages | beam.Map(_ending), equal_to([(0, "source_changed"), (1, "source_changed")]))
    path.unlink()
    end = render_pages.render(tasks[0], RUN)
    assert isinstance(end, PageEnd)
    assert _ending(end) == (0, "source_missing")


def _ending(end: PageEnd) -> tuple[int, Any]:
    assert end.failure is not None
    assert end.failure.error == end.row.reason
    assert end.failure.stage == "RenderPages"
    return end.row.page, end.row.reason
