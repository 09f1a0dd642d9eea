from __future__ import annotations

import dataclasses
import threading
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
from schemas.errors import EngineError, Unreadable, UsageError
from schemas.geometry import Quad
from schemas.pages import PageImage, Word
from tests import small_files
from tests.transforms.examples import RUN, page, screened, word
from transforms import opened, read_words, render_pages
from transforms.cap_pages import Cap
from transforms.elements import Page, PageEnd, PageRun, PageTask, TwoReadings
from transforms.engine_choice import EngineChoice, Share
from transforms.read_words import ReadWords, after, on_page, read, read_again
from transforms.render_pages import RenderPages
from transforms.summarise import of_page


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
    end, reading = read(found, StandIn(), RUN, embedded_text=True)
    gained = reading.words
    assert (end.row.category, end.row.status, end.row.reason) == ("image_text", "done", None)
    assert (end.row.words, end.gained, len(gained)) == (3, 3, 3)
    assert (end.row.width, end.row.height) == (small_files.WIDTH, small_files.HEIGHT)
    assert (end.engine, end.engine_version) == ("standin", "1")
    assert end.row.times["read"] > 0
    assert np.allclose(gained[0].quad, Quad.of_box(20 / 200, 20 / 260, 60 / 200, 32 / 260))


def test_a_page_without_words_holds_no_text() -> None:
    end, reading = read(page(small_files.picture(0)), StandIn(), RUN, embedded_text=True)
    assert (end.row.category, end.row.reason, end.row.status, end.tokens) == ("no_text", "no_words", "done", None)
    assert (reading.words, reading.reason, reading.message) == ((), "no_words", None)


@pytest.mark.parametrize(("embedded_text", "tokens"), [(True, 3), (False, 2)])
def test_words_that_were_known_are_not_doubled(embedded_text: bool, tokens: int) -> None:
    known = word("known", decision="embedded")
    pixels = small_files.picture(3)
    first = read(page(pixels), StandIn(), RUN, True)[1].words[0]
    known = dataclasses.replace(known, quad=first.quad)
    end, reading = read(page(pixels, words=(known,)), StandIn(), RUN, embedded_text)
    gained = reading.words
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


def test_what_the_wordinator_decided_goes_along() -> None:
    broken = Word("bro-", Quad.of_box(0, 0, 20, 26), 0, 0.5, decision="lexicon", joins_next=True)

    class Wordinating(StandIn):
        def read(self, image: PageImage) -> list[Word]:
            return [broken, dataclasses.replace(broken, text="ken", line=1, decision="merged", joins_next=False)]

    known = dataclasses.replace(word("known", decision="embedded"), joins_next=True, quad=Quad.of_box(0.5, 0.5, 1, 1))
    end, reading = read(page(small_files.picture(1), words=(known,)), Wordinating(), RUN, True)
    decided = [("bro-", "lexicon", True), ("ken", "merged", False)]
    assert [(one.text, one.decision, one.joins_next) for one in reading.words] == decided
    rows = pa.ipc.open_stream(end.tokens).read_all().to_pylist()
    kept = [*decided, ("known", "embedded", True)]
    assert [(row["text"], row["decision"], row["joins_next"]) for row in rows] == kept


def test_a_page_that_cannot_be_read_ends_well_and_empty() -> None:
    end, reading = read(page(spoilt(), 3), Moody(Unreadable("most of it is noise")), RUN, True)
    assert (end.row.category, end.row.reason, end.row.status) == ("no_text", "unreadable", "done")
    assert (end.row.words, end.tokens, end.gained, end.failure) == (0, None, 0, None)
    assert (end.engine, end.row.width) == ("moody", small_files.WIDTH)  # it was read, in vain
    assert (reading.words, reading.reason, reading.message) == ((), "unreadable", None)


@pytest.mark.parametrize("embedded_text", [True, False])
def test_words_that_were_known_outlast_what_cannot_be_read(embedded_text: bool) -> None:
    known = word("known", confidence=None, decision="embedded")
    end, _ = read(page(spoilt(), words=(known,)), Moody(Unreadable("noise")), RUN, embedded_text)
    assert (end.row.category, end.row.reason, end.row.status) == ("image_text", "unreadable", "done")
    assert (end.row.words, end.gained) == (int(embedded_text), 0)
    rows = pa.ipc.open_stream(end.tokens).read_all().to_pylist() if end.tokens else []
    assert [(row["text"], row["engine"]) for row in rows] == ([("known", "embedded")] if embedded_text else [])
    assert of_page(end).page_reasons == {}  # not one of those that hold no text


def test_an_engine_that_fails_costs_its_page() -> None:
    end, reading = read(page(spoilt(), 3), Moody(EngineError("no answer")), RUN, True)
    assert (reading.words, reading.reason, reading.message) == ((), "engine_error", "no answer")
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
        done = pipeline | beam.Create(pages) | ReadWords(EngineChoice("moody"), RUN, embedded_text=True, gallery=True)
        rows = done.ended_pages | beam.Map(lambda end: (end.row.page, end.row.status, end.row.category))
        assert_that(rows, equal_to([(0, "done", "image_text"), (1, "failed", None), (2, "done", "no_text")]))
        pictured = done.thumbnails | "Pictured" >> beam.Map(lambda item: (item.page, len(item.boxes), item.aspect))
        assert_that(pictured, equal_to([(0, 1, 1.3)]), label="Thumbnails")


def test_pictures_are_made_only_for_a_gallery() -> None:
    with Pipeline() as pipeline:
        pages = pipeline | beam.Create([page(small_files.picture(1))])
        done = pages | ReadWords(EngineChoice("standin"), RUN, True, gallery=False)
        assert_that(done.thumbnails, equal_to([]))


class Named(StandIn):
    """An engine of any name, which tells what it was asked for."""

    def __init__(self, name: str) -> None:
        self.name = name

    def read(self, image: PageImage) -> list[Word]:
        if self.name == "failing":
            raise KeyError("SECRET TEXT")
        if self.name == "blind":
            raise Unreadable("noise")
        return [dataclasses.replace(one, text=f"{self.name}{one.text}") for one in super().read(image)]


@pytest.fixture
def opened_engines(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the engines that were opened, all of them `Named` but `missing`, which there is not."""
    names: list[str] = []

    def open_engine(name: str, models: Path) -> Named:
        names.append(name)
        if name == "missing":
            raise UsageError("it needs a program")
        return Named(name)

    monkeypatch.setattr(read_words, "open_engine", open_engine)
    monkeypatch.setattr(read_words, "_engines", threading.local())
    return names


def _read(choice: EngineChoice, pages: list[Page]) -> tuple[list[PageEnd], list[TwoReadings]]:
    """By one DoFn, in order."""
    reading = read_words._ReadWords(choice, RUN, True, False)
    reading.start_bundle()
    found = [one for each in pages for one in reading.process(each)]
    both = [one.value for one in found if isinstance(one, beam.pvalue.TaggedOutput)]
    return [one for one in found if isinstance(one, PageEnd)], both


@pytest.mark.parametrize("second", ["other", "failing", "blind", "missing"])
def test_whatever_the_shadow_does_the_pages_end_is_the_same(second: str, opened_engines: list[str]) -> None:
    pages = [page(small_files.picture(count), count) for count in range(3)]
    alone, nothing = _read(EngineChoice("first"), pages)
    ends, both = _read(EngineChoice("first", shadow=Share(second, 100)), pages)
    assert [_stable(end) for end in ends] == [_stable(end) for end in alone]
    assert not nothing
    assert [(one.page, one.key, one.first.engine, one.second.engine) for one in both] == [
        (end.row.page, end.key, "first", second) for end in ends
    ]
    assert [len(one.first.words) for one in both] == [0, 1, 2]
    wanted = {"other": [0, 1, 2]}.get(second, [0, 0, 0])
    assert [len(one.second.words) for one in both] == wanted
    said = {(one.second.reason, one.second.message) for one in both}
    assert (
        said
        == {
            "other": {("no_words", None), (None, None)},
            "failing": {("internal_error", both[0].second.message)},
            "blind": {("unreadable", None)},
            "missing": {("usage", "it needs a program")},
        }[second]
    )
    assert "SECRET" not in str(both[0].second.message)


def _stable(end: PageEnd) -> PageEnd:
    row = dataclasses.replace(end.row, times={})
    return dataclasses.replace(end, row=row, cpu_seconds=0.0, engine_cpu_seconds=0.0)


def test_a_worker_opens_the_engines_that_its_pages_want(opened_engines: list[str]) -> None:
    pages = [page(small_files.picture(1))] * 2
    _read(EngineChoice("first", Share("missing", 0), Share("missing", 0)), pages)
    assert opened_engines == ["first"]
    ends, both = _read(EngineChoice("missing", Share("other", 100), Share("other", 100)), pages)
    assert opened_engines == ["first", "other"]
    assert {end.engine for end in ends} == {"other"}
    assert not both  # it would be compared with itself


def test_a_page_is_read_again_as_it_is_read(opened_engines: list[str]) -> None:
    known = word("known", decision="embedded")
    pixels = small_files.picture(3)
    place = read(page(pixels), StandIn(), RUN, True)[1].words[0].quad
    twice = page(pixels, words=(dataclasses.replace(known, quad=place),))
    first = read(twice, Named("other"), RUN, True)[1]
    again = read_again(twice, "other")
    assert len(first.words) == 2
    assert dataclasses.replace(again, cpu_seconds=0) == dataclasses.replace(first, cpu_seconds=0)
    assert again.cpu_seconds > 0


def test_pages_read_twice_come_out_beside_their_ends(opened_engines: list[str]) -> None:
    with Pipeline() as pipeline:
        pages = pipeline | beam.Create([page(small_files.picture(2), number) for number in range(2)])
        done = pages | ReadWords(EngineChoice("first", shadow=Share("other", 100)), RUN, True, gallery=False)
        ends = done.ended_pages | "Ends" >> beam.Map(lambda end: (end.row.page, end.engine, end.row.words))
        assert_that(ends, equal_to([(0, "first", 2), (1, "first", 2)]))
        both = done.read_twice | "Both" >> beam.Map(lambda one: (one.page, one.second.engine, len(one.second.words)))
        assert_that(both, equal_to([(0, "other", 2), (1, "other", 2)]), label="Twice")


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
    end, reading = read(rendered, StandIn(), RUN, True)
    assert end.row.words == 3
    assert np.allclose(reading.words[0].quad, Quad.of_box(20 / 200, 20 / 260, 60 / 200, 32 / 260), atol=0.01)


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
