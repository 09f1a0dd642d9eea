from __future__ import annotations

import dataclasses
import itertools
import pickle

import apache_beam as beam
import pyarrow as pa
import pytest
from apache_beam.testing.test_pipeline import TestPipeline as Pipeline
from apache_beam.testing.util import assert_that, equal_to

from schemas.records import TOKENS
from tests.transforms.examples import document, page_end, word
from transforms import share_copies
from transforms.elements import Document, DocumentHead, PageEnd
from transforms.endings import failure
from transforms.share_copies import CopyPages, ShareCopies, at_all_places, copied, share
from transforms.tokens import pack


def of(uri: str, owner: str | None = None, content: str = "a") -> Document:
    found = document(uri, owner)
    return dataclasses.replace(found, document_id=content)


def ended(document: Document, page: int = 0) -> PageEnd:
    """As a step that reads would end it."""
    found = page_end(document.entry.uri, page)
    return dataclasses.replace(
        found, document=document, row=dataclasses.replace(found.row, document_id=document.document_id)
    )


def test_copies_of_one_owner_are_read_once_and_end_everywhere() -> None:
    places = [of("/2", "ann"), of("/1", "ann"), of("/3", "bob"), of("/4", "ann", "other"), of("/5"), of("/0", "ann")]
    with Pipeline() as pipeline:
        read = pipeline | beam.Create(places) | ShareCopies()
        ends = read | beam.FlatMap(lambda one: [ended(one), ended(one, 3)]).with_output_types(PageEnd) | CopyPages()
        assert_that(
            read | "Read" >> beam.Map(lambda one: (one.entry.uri, [copy.entry.uri for copy in one.copies])),
            equal_to([("/0", ["/1", "/2"]), ("/3", []), ("/4", []), ("/5", [])]),
        )
        assert_that(
            ends | "Ended" >> beam.Map(lambda end: (end.key, end.owner, end.row.uri, end.row.page)),
            equal_to([(place.key, place.entry.owner, place.entry.uri, page) for place in places for page in (0, 3)]),
            label="Everywhere",
        )


def test_one_reading_has_no_more_places_than_a_page_can_carry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(share_copies, "MOST_PLACES", 2)
    shared = share(of(f"/{number}") for number in (4, 1, 3, 0, 2))
    assert [[place.entry.uri for place in one.places] for one in shared] == [["/1", "/4"], ["/0", "/3"], ["/2"]]


def test_no_more_places_are_held_than_one_reading_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(share_copies, "MOST_PLACES", 3)
    coming = (of(f"/{number}") for number in range(9))
    next(share(coming))
    assert len(list(coming)) == 6


def test_places_of_one_reading_do_not_hang_on_the_order_in_which_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(share_copies, "MOST_PLACES", 3)
    places = [of(f"/{number}") for number in range(3)]
    (expected,) = share(places)
    assert all(list(share(order)) == [expected] for order in itertools.permutations(places))


def test_a_copy_has_the_words_at_its_own_place_and_cost_nothing() -> None:
    first, second = of("/1", "ann"), of("/2", "ann")
    words = [word("one"), word("two", line=1)]
    tokens = pack(first, 0, words, "standin")
    end = dataclasses.replace(ended(first), tokens=tokens.stream)
    copy = copied(end, second)
    assert copy.tokens == pack(second, 0, words, "standin").stream
    assert pa.ipc.open_stream(copy.tokens).schema == TOKENS
    assert (copy.cpu_seconds, copy.row.times, copy.copied) == (0.0, {}, True)
    assert dataclasses.replace(copy.row, uri="/1", times=end.row.times) == end.row
    assert copied(dataclasses.replace(end, tokens=None), second).tokens is None


def test_a_copy_does_not_carry_the_other_places() -> None:
    places = tuple(of(f"/{number}") for number in range(9))
    first = dataclasses.replace(places[0], copies=places[1:])
    end = dataclasses.replace(ended(first), head=DocumentHead(first, page_count=1, pages=1, signed=False))
    of_first, of_second, *_ = at_all_places(end)
    assert (of_first.head, of_second.head) == (end.head, None)
    assert b"/8" not in pickle.dumps(of_second)


def test_a_copys_failure_is_its_own() -> None:
    lost = dataclasses.replace(ended(of("/1")), failure=failure(ValueError(), "X", "run", "/1"))
    copy = copied(lost, of("/2"))
    assert copy.failure is not None
    assert copy.failure.uri == "/2"
