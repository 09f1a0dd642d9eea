from __future__ import annotations

import dataclasses
from pathlib import Path

import apache_beam as beam
import pyarrow as pa
from apache_beam.testing.test_pipeline import TestPipeline as Pipeline
from apache_beam.testing.util import assert_that, equal_to

from schemas.pages import PageInspection
from schemas.records import TOKENS
from tests.transforms.examples import document, page_end, word
from transforms.elements import Document, PageEnd, PageRun, PageTask
from transforms.endings import failure
from transforms.share_copies import CopyPages, ShareCopies, copied, share
from transforms.tokens import pack


def of(uri: str, owner: str | None = None, content: str = "a") -> Document:
    found = document(uri, owner)
    return dataclasses.replace(found, document_id=content)


def run_of(place: Document, *pages: int) -> PageRun:
    inspections = [PageInspection(page, None, None, None, None, ()) for page in pages]
    return PageRun(tuple(PageTask(place, inspection) for inspection in inspections))


def ended(task: PageTask) -> PageEnd:
    """As a step that reads would end it."""
    found = page_end(task.document.entry.uri, task.inspection.page)
    row = dataclasses.replace(found.row, document_id=task.document.document_id)
    return dataclasses.replace(found, key=task.document.key, owner=task.document.entry.owner, row=row)


def test_copies_of_one_owner_are_read_once_and_end_everywhere() -> None:
    places = [of("/2", "ann"), of("/1", "ann"), of("/3", "bob"), of("/4", "ann", "other"), of("/5")]
    with Pipeline() as pipeline:
        runs = [run for place in places for run in (run_of(place, 0, 1), run_of(place, 3))]
        shared = pipeline | beam.Create(runs) | ShareCopies()
        read = shared.runs | beam.FlatMap(lambda run: [ended(task) for task in run.pages]).with_output_types(PageEnd)
        ends = (read, shared.copies) | CopyPages()
        assert_that(
            read | "Read" >> beam.Map(lambda end: (end.row.uri, end.row.page)),
            equal_to([(uri, page) for uri in ("/1", "/3", "/4", "/5") for page in (0, 1, 3)]),
        )
        assert_that(
            ends | "Ended" >> beam.Map(lambda end: (end.key, end.owner, end.row.uri, end.row.page)),
            equal_to([(place.key, place.entry.owner, place.entry.uri, page) for place in places for page in (0, 1, 3)]),
            label="Everywhere",
        )


def test_a_copy_has_the_words_at_its_own_place_and_cost_nothing() -> None:
    first, second = of("/1", "ann"), of("/2", "ann")
    words = [word("one"), word("two", line=1)]
    tokens = pack(first, 0, words, "standin")
    end = dataclasses.replace(ended(run_of(first, 0).pages[0]), tokens=tokens.stream)
    copy = copied(end, second)
    assert copy.tokens == pack(second, 0, words, "standin").stream
    assert pa.ipc.open_stream(copy.tokens).schema == TOKENS
    assert (copy.cpu_seconds, copy.row.times, copy.copied) == (0.0, {}, True)
    assert dataclasses.replace(copy.row, uri="/1", times=end.row.times) == end.row
    assert copied(dataclasses.replace(end, tokens=None), second).tokens is None


def test_a_copys_failure_is_its_own() -> None:
    lost = dataclasses.replace(ended(run_of(of("/1"), 0).pages[0]), failure=failure(ValueError(), "X", "run", "/1"))
    copy = copied(lost, of("/2"))
    assert copy.failure is not None
    assert copy.failure.uri == "/2"


def test_one_of_which_nothing_is_left_ends_with_its_own_error(tmp_path: Path) -> None:
    places = [of(str(tmp_path / name)) for name in "ba"]
    run, others = share(run_of(place, 0, 1) for place in places)
    assert ([task.document for task in run.pages], others) == ([places[1], places[1]], [places[0]])
