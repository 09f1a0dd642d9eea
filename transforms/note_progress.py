"""The progress of a local run while its one long stage is under way.

`CountEnds` counts what has ended, but in stages after that one: on a runner that does one stage after the other it
counts all at the end. What is noted here may be less than what has ended, and is more until then.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TypeVar

import apache_beam as beam

from transforms.count_ends import Progress
from transforms.elements import DocumentEnd, DocumentHead, PageRun

T = TypeVar("T", DocumentEnd, DocumentHead, PageRun)


def noted(item: DocumentEnd | DocumentHead | PageRun) -> tuple[int, int]:
    """Documents and pages that have ended once all transforms of its stage are done with it."""
    if isinstance(item, DocumentEnd):
        return 1, 0
    head = item if isinstance(item, DocumentHead) else item.pages[0].head
    first = item.document if isinstance(item, DocumentHead) else item.pages[0].document
    places, read = len(first.places), len(item.pages) if isinstance(item, PageRun) else 0
    if head is None:  # a run of a document that has others
        return 0, places * read
    whole = len(head.ended) + read == head.pages
    return places * whole, places * (len(head.ended) + read)


class _Note(beam.DoFn):
    def __init__(self, folder: str | None) -> None:
        self._progress = Progress(folder)

    def process(self, item: T) -> Iterator[T]:
        yield item  # which goes through the rest of its stage before the next line
        documents, pages = noted(item)
        self._progress.ended("documents", documents)
        self._progress.ended("pages", pages)


@dataclasses.dataclass(eq=False)
class NoteProgress(beam.PTransform):
    """Lets ends of documents, their heads or runs of pages pass, and notes in a folder that they are done with."""

    folder: str | None

    def expand(self, items: beam.PCollection[T]) -> beam.PCollection[T]:
        return items | "Note" >> beam.ParDo(_Note(self.folder)).with_output_types(items.element_type)
