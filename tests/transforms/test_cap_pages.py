from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.testing.test_pipeline import TestPipeline as Pipeline
from apache_beam.testing.util import assert_that, equal_to
from hypothesis import given
from hypothesis import strategies as st

from schemas.pages import Inspection, PageInspection
from schemas.records import CATEGORIES
from tests import small_files
from tests.transforms.examples import RUN, document, screened, task
from transforms import opened
from transforms.cap_pages import RUN_PIXELS, Cap, CapPages, cost, page_runs
from transforms.elements import DocumentEnd, DocumentHead, PageEnd, PageRun, PageTask
from transforms.tokens import read_words

sides = st.none() | st.floats(1, 1e5)
tasks = st.lists(st.tuples(sides, sides), max_size=20).map(
    lambda pages: [task(number, width_pt=width, height_pt=height) for number, (width, height) in enumerate(pages)]
)


@given(tasks)
def test_runs_hold_all_pages_in_order_and_are_bounded(pages: list[PageTask]) -> None:
    runs = [run.pages for run in page_runs(pages)]
    assert [page for run in runs for page in run] == pages
    assert all(runs)
    for run in runs:
        assert len(run) == 1 or sum(cost(page.inspection) for page in run) <= RUN_PIXELS
    for run, following in itertools.pairwise(runs):
        assert sum(cost(page.inspection) for page in (*run, following[0])) > RUN_PIXELS


@given(sides, sides)
def test_a_page_costs_what_its_render_has(width: float | None, height: float | None) -> None:
    assert 1 <= cost(task(width_pt=width, height_pt=height).inspection) <= 4096 * 4096


def cap(path: Path, **options: Any) -> dict[type, list[Any]]:
    """What comes of a file, by kind."""
    settings = {"max_pages": 10, "redo": False, "embedded_text": True, **options}
    parts: dict[type, list[Any]] = {DocumentHead: [], DocumentEnd: [], PageEnd: [], PageRun: []}
    for part in Cap(RUN, **settings).open(screened(path)):
        parts[type(part)].append(part)
    opened.close()
    return parts


def pages_to_read(parts: dict[type, list[Any]]) -> list[int]:
    return [page.inspection.page for run in parts[PageRun] for page in run.pages]


def test_ten_of_fourteen_pages_are_looked_at(tmp_path: Path) -> None:
    parts = cap(small_files.put(tmp_path / "a.pdf", small_files.scan_pdf([1] * 14)))
    (head,) = parts[DocumentHead]
    assert (head.page_count, head.pages, head.ended) == (14, 10, ())
    assert pages_to_read(parts) == list(range(10))
    assert len(parts[PageRun]) > 1
    assert not any(page.head for run in parts[PageRun] for page in run.pages)
    assert pages_to_read(cap(tmp_path / "a.pdf", max_pages=3)) == [0, 1, 2]


def test_pages_that_have_text_or_nothing_end_here(tmp_path: Path) -> None:
    parts = cap(small_files.put(tmp_path / "a.pdf", small_files.text_pdf(["Four words of text", ""])))
    assert not parts[PageRun]
    text, blank = parts[PageEnd]
    assert (text.row.category, text.row.words, text.row.reason, text.gained) == ("embedded_text", 4, None, 0)
    assert (blank.row.category, blank.row.words, blank.row.reason) == ("no_text", 0, "blank")
    assert {text.row.category, blank.row.category} <= set(CATEGORIES)
    assert text.row.times["inspect"] > 0
    assert read_words(text.tokens) == []  # all of them were there before
    assert blank.tokens is None
    assert parts[DocumentHead][0].document.cpu_seconds > 0


def test_what_makes_one_run_is_read_where_it_was_opened_and_has_its_head(tmp_path: Path) -> None:
    pages = [small_files.text_pdf(["Four words of text"]), small_files.scan_pdf([1, 2])]
    parts = cap(small_files.put(tmp_path / "a.pdf", small_files.joined_pdf(pages)))
    assert not parts[DocumentHead]
    (run,) = parts[PageRun]
    assert [page.inspection.page for page in run.pages] == [1, 2]
    head = run.pages[0].head
    assert head is not None
    assert run.pages[1].head == head
    assert (head.document, head.page_count, head.pages) == (run.pages[0].document, 3, 3)
    (end,) = parts[PageEnd]
    assert end.tokens is not None
    assert head.ended == (dataclasses.replace(end, tokens=None),)


def test_embedded_text_can_be_left_out(tmp_path: Path) -> None:
    path = small_files.put(tmp_path / "a.pdf", small_files.text_pdf(["Four words of text"]))
    (end,) = cap(path, embedded_text=False)[PageEnd]
    assert (end.row.category, end.row.words, end.tokens) == ("embedded_text", 0, None)


def test_what_does_not_open_is_a_failed_document(tmp_path: Path) -> None:
    parts = cap(small_files.put(tmp_path / "a.pdf", small_files.cut_pdf()))
    ((end,),) = [found for found in parts.values() if found]
    assert isinstance(end, DocumentEnd)
    assert (end.row.status, end.row.reason, end.row.media_type) == ("failed", "corrupt", "application/pdf")
    assert [(failure.stage, failure.error, failure.page) for failure in end.failures] == [("CapPages", "corrupt", None)]


def test_what_asks_for_a_password_is_skipped(tmp_path: Path) -> None:
    parts = cap(small_files.put(tmp_path / "a.pdf", small_files.encrypted_pdf()))
    ((end,),) = [found for found in parts.values() if found]
    assert isinstance(end, DocumentEnd)
    assert (end.row.status, end.row.reason, end.row.media_type) == ("skipped", "encrypted", "application/pdf")
    assert end.failures == ()


def test_a_file_that_is_another_one_now_or_gone_fails(tmp_path: Path) -> None:
    path = small_files.put(tmp_path / "a.png", small_files.png(1))
    seen = screened(path)
    opened.close()
    path.write_bytes(small_files.png(2))
    (end,) = Cap(RUN, 10, False, True).open(seen)
    assert isinstance(end, DocumentEnd)
    assert (end.row.reason, end.failures[0].error) == ("source_changed", "source_changed")
    opened.close()  # until then it is not sought again
    path.unlink()
    (end,) = Cap(RUN, 10, False, True).open(seen)
    assert isinstance(end, DocumentEnd)
    assert end.row.reason == "source_missing"


class _Liar:
    """A parser that was taken over."""

    def __init__(self, inspection: Inspection) -> None:
        self._inspection = inspection

    def inspect(self, max_pages: int, redo: bool) -> Inspection:
        return self._inspection


@pytest.mark.parametrize("side", [-1.0, float("nan"), float("inf")])
def test_a_page_of_an_impossible_size_costs_its_document_alone(monkeypatch: pytest.MonkeyPatch, side: float) -> None:
    page = PageInspection(0, side, 100.0, None, None, ())
    monkeypatch.setattr(opened, "open_document", lambda _: _Liar(Inspection(1, (page,))))
    (end,) = Cap(RUN, 10, False, True).open(document())
    assert isinstance(end, DocumentEnd)
    assert (end.row.status, end.row.reason) == ("failed", "internal_error")


def test_what_comes_of_documents_parts(tmp_path: Path) -> None:
    files = [
        small_files.put(tmp_path / "scan.pdf", small_files.scan_pdf([1, 1])),
        small_files.put(tmp_path / "long.pdf", small_files.scan_pdf([1] * 11)),
        small_files.put(tmp_path / "text.pdf", small_files.text_pdf(["Four words of text"])),
        small_files.put(tmp_path / "cut.pdf", small_files.cut_pdf()),
    ]
    documents = [dataclasses.replace(screened(path), cpu_seconds=0.0) for path in files]
    opened.close()
    with Pipeline() as pipeline:
        capped = pipeline | beam.Create(documents) | CapPages(Cap(RUN, 10, False, True))
        assert_that(capped.heads | "Heads" >> beam.Map(lambda head: head.pages), equal_to([10, 1]), label="AtHeads")
        assert_that(capped.here | "Here" >> beam.Map(_numbers), equal_to([[0, 1]]), label="AtHere")
        assert_that(capped.runs | "Runs" >> beam.FlatMap(_numbers), equal_to(range(10)), label="AtRuns")
        ended = capped.ended_pages | "Pages" >> beam.Map(lambda end: end.row.category)
        assert_that(ended, equal_to(["embedded_text"]), label="AtPages")
        assert_that(
            capped.ended | "Ends" >> beam.Map(lambda end: end.row.reason), equal_to(["corrupt"]), label="AtEnds"
        )


def _numbers(run: PageRun) -> list[int]:
    return [page.inspection.page for page in run.pages]
