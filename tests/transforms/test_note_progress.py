from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apache_beam as beam
import pytest

from tests.transforms.examples import document, document_end, page_end, task
from transforms.count_ends import Progress
from transforms.elements import DocumentHead, PageRun
from transforms.note_progress import NoteProgress, noted

TWICE = dataclasses.replace(document(), copies=(document("/b.pdf"),))


def _run(pages: int, head: DocumentHead | None) -> PageRun:
    tasks = (task(number) for number in range(pages))
    return PageRun(tuple(dataclasses.replace(one, document=TWICE, head=head) for one in tasks))


@pytest.mark.parametrize(
    ("item", "documents", "pages"),
    [
        (document_end(), 1, 0),
        (DocumentHead(TWICE, 1, 1, False, (page_end(),)), 2, 2),  # all its pages had text
        (DocumentHead(TWICE, 9, 9, False, (page_end(),)), 0, 2),  # its other pages are several runs
        (_run(2, DocumentHead(TWICE, 3, 3, False, (page_end(),))), 2, 6),
        (_run(4, None), 0, 8),  # one of several runs
    ],
)
def test_what_has_ended_once_an_item_is_done_with(item: Any, documents: int, pages: int) -> None:
    assert noted(item) == (documents, pages)


class _Look(beam.DoFn):
    """What is noted while an item is under way."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def process(self, _: Any) -> Iterator[int]:
        yield Progress(self._folder).counted()["documents"]


def test_an_item_is_noted_when_its_stage_is_done_with_it(tmp_path: Path) -> None:
    folder, seen = str(tmp_path / "noted"), tmp_path / "seen"
    Path(folder).mkdir()
    with beam.Pipeline() as pipeline:
        counts = pipeline | beam.Create([[document_end()] * 3]) | beam.FlatMap(lambda ends: ends)
        looked = counts | NoteProgress(folder) | beam.ParDo(_Look(folder))
        _ = looked | beam.combiners.ToList() | beam.Map(lambda found: seen.write_text(str(sorted(found))))
    assert seen.read_text() == "[0, 1, 2]"
    assert Progress(folder).counted() == {"documents": 3, "pages": 0}
