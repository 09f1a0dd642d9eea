from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

import apache_beam as beam
import pytest
from apache_beam.testing.test_pipeline import TestPipeline as Pipeline
from apache_beam.testing.util import assert_that, equal_to

from tests.transforms.examples import RUN, document, page_end
from transforms.elements import DocumentEnd, DocumentHead, PageEnd
from transforms.overlays import Overlays
from transforms.retries import Patience
from transforms.write_overlays import WriteOverlays, _WriteHere, _WriteOverlays

OVERLAYS = Overlays(RUN, "/nowhere", "/nowhere", redo=False, signed=False)  # of pages that gained no words


def read_here(uri: str, numbers: Sequence[int], ended_before: Sequence[int] = ()) -> list[PageEnd]:
    """Ends of pages that were read where their document was opened."""
    pages = len(numbers) + len(ended_before)
    head = DocumentHead(document(uri), pages, pages, False, tuple(page_end(uri, number) for number in ended_before))
    return [dataclasses.replace(page_end(uri, number), head=head) for number in numbers]


def test_pages_meet_their_document_by_key() -> None:
    heads = [DocumentHead(document(uri), 2, 2, False) for uri in ("/a", "/b")]
    pages = [page_end(uri, number, words=1) for uri in ("/b", "/a") for number in (1, 0)]
    here = [*read_here("/c", [0]), *read_here("/d", [1, 0, 3], [2])]
    whole, parted = read_here("/e", [1, 0]), read_here("/f", [1, 0, 2])
    words_of = {"a": 2, "b": 2, "c": 2, "d": 8, "e": 4, "f": 6}
    with Pipeline() as pipeline:
        ends = (
            pipeline | "Heads" >> beam.Create(heads),
            pipeline | "Here" >> beam.Create([*here, *parted[:2]]),
            pipeline | "Others" >> beam.Create([*pages, *parted[2:], *whole]),
        ) | WriteOverlays(OVERLAYS)
        rows = ends | beam.Map(lambda end: (end.row.uri, end.row.words, end.row.reason))
        assert_that(rows, equal_to([(f"/{name}", words, None) for name, words in words_of.items()]))


def test_a_document_whose_pages_come_by_is_ended_with_the_last_of_them() -> None:
    writing = _WriteHere(OVERLAYS)
    writing.start_bundle()
    first, second, third = read_here("/a", [0, 2, 1])
    (alone,) = read_here("/b", [0])
    assert not list(writing.process(first))
    assert not list(writing.process(third))
    assert [end.row.uri for end in writing.process(second)] == ["/a"]
    assert [end.row.uri for end in writing.process(alone)] == ["/b"]
    assert not list(writing.process(first))
    assert [waiting.value.value for waiting in writing.finish_bundle()] == [first]
    writing.start_bundle()
    assert not list(writing.finish_bundle())


def test_a_document_that_is_not_whole_waits_no_longer_than_until_the_next() -> None:
    writing = _WriteHere(OVERLAYS)
    writing.start_bundle()
    first, second, third = read_here("/a", [0, 1, 2])
    (alone,) = read_here("/b", [0])
    assert not [*writing.process(first), *writing.process(second)]
    *others, end = writing.process(alone)
    assert [(other.tag, other.value) for other in others] == [("others", first), ("others", second)]
    assert end.row.uri == "/b"
    assert not list(writing.process(third))
    assert [waiting.value.value for waiting in writing.finish_bundle()] == [third]


class Watched(Overlays):
    """Remembers with which patience documents were ended."""

    given: ClassVar[list[Patience]] = []

    def ends(self, head: DocumentHead, read: Iterable[PageEnd], patience: Patience) -> Iterator[DocumentEnd]:
        self.given.append(patience)
        return super().ends(head, read, patience)


@pytest.mark.parametrize("kind", [_WriteHere, _WriteOverlays])
def test_documents_of_a_bundle_share_their_patience_with_the_output(
    kind: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Watched, "given", [])
    writing = kind(Watched(RUN, "/nowhere", "/nowhere", redo=False, signed=False))
    pages = [page for uri in ("/a", "/b") for page in read_here(uri, [0])]
    for _ in range(2):
        writing.start_bundle()
        for page in pages:
            (end,) = writing.process(page if kind is _WriteHere else (page.key, [page]))
            assert end.row.reason is None
        writing.finish_bundle()
    first, same, other, again = Watched.given
    assert first is same
    assert other is again
    assert other is not first
