"""What an archive holds and what reading it would cost: counts that add up, and a small sample that is really read."""

from __future__ import annotations

import dataclasses
import math
import zlib
from collections.abc import Iterable
from typing import Any

import apache_beam as beam

from transforms.elements import DocumentEnd, DocumentHead, PageEnd, PageTask

TO_READ = "to_read"  # the category of a page that an engine would be asked for
COPY = "copy"  # that of a page which is read in another place


@dataclasses.dataclass
class Survey:
    """Counts over files and pages. `merged` of the parts is that of the whole."""

    files: int = 0
    bytes: int = 0  # of the files that were opened or fetched
    source_pages: int = 0  # of all opened files, those beyond --max_pages too
    capped: int = 0  # files with more pages than would be looked at
    cpu_seconds: float = 0.0  # of looking: fetching, opening, asking for text
    endings: dict[str, int] = dataclasses.field(default_factory=dict)  # files: `opened`, or "status: reason"
    media_types: dict[str, int] = dataclasses.field(default_factory=dict)
    pages: dict[str, int] = dataclasses.field(default_factory=dict)  # by category
    sampled: int = 0  # pages that were read
    sample_seconds: float = 0.0  # their CPU seconds: fetching, rendering, reading
    sample_squares: float = 0.0  # the sum of the squares of the same

    @property
    def seconds_a_page(self) -> float | None:
        """CPU seconds of reading one page; None where no page was read."""
        return self.sample_seconds / self.sampled if self.sampled else None

    @property
    def reading_seconds(self) -> float:
        """CPU seconds that reading all pages would take."""
        return self.pages.get(TO_READ, 0) * (self.seconds_a_page or 0.0)

    @property
    def uncertainty(self) -> float:
        """Half of the 95 % interval of `reading_seconds`: the pages of the sample differ."""
        if self.sampled < 2:
            return 0.0
        mean = self.sample_seconds / self.sampled
        variance = max(0.0, self.sample_squares - self.sampled * mean * mean) / (self.sampled - 1)
        return self.pages.get(TO_READ, 0) * 1.96 * math.sqrt(variance / self.sampled)


def of_end(end: DocumentEnd) -> Survey:
    """A file that a backfill would not open, or not be able to."""
    row = end.row
    return Survey(
        files=1,
        bytes=row.bytes or 0 if row.document_id else 0,
        cpu_seconds=row.cpu_seconds,
        endings={f"{row.status}: {row.reason}": 1},
        media_types={row.media_type: 1} if row.media_type else {},
    )


def of_head(head: DocumentHead) -> Survey:
    """A file that was opened, and its copies."""
    places = head.document.places
    return Survey(
        files=len(places),
        bytes=sum(place.size for place in places),
        source_pages=head.page_count * len(places),
        capped=int(head.page_count > head.pages) * len(places),
        cpu_seconds=sum(place.cpu_seconds for place in places),
        endings={"opened": len(places)},
        media_types={head.document.media_type: len(places)},
    )


def of_ended_page(end: PageEnd) -> Survey:
    """A page that no engine would be asked for, in all its places."""
    return Survey(pages={end.row.category or "failed": len(end.document.places)}, cpu_seconds=end.cpu_seconds)


def of_task(task: PageTask) -> Survey:
    """A page that an engine would read, once for all its places."""
    copies = len(task.document.copies)
    return Survey(pages={TO_READ: 1, **({COPY: copies} if copies else {})}, cpu_seconds=task.cpu_seconds)


def of_sample(end: PageEnd) -> Survey:
    """A page that was read for the sample. Its words are not kept."""
    return Survey(sampled=1, sample_seconds=end.cpu_seconds, sample_squares=end.cpu_seconds**2)


def merged(parts: Iterable[Survey]) -> Survey:
    """The sum of all."""
    total = Survey()
    for part in parts:
        for field in dataclasses.fields(Survey):
            ours, theirs = getattr(total, field.name), getattr(part, field.name)
            if isinstance(ours, dict):
                for key, count in theirs.items():
                    ours[key] = ours.get(key, 0) + count
            else:
                setattr(total, field.name, ours + theirs)
    return total


def draw(task: PageTask) -> int:
    """A number by which pages are drawn for the sample: the same ones every time, and any as likely as another."""
    return zlib.crc32(f"{task.document.document_id} {task.inspection.page}".encode())


class _Merge(beam.CombineFn):
    def create_accumulator(self) -> Survey:
        return Survey()

    def add_input(self, total: Survey, part: Survey) -> Survey:
        return merged([total, part])

    def merge_accumulators(self, totals: Iterable[Survey]) -> Survey:
        return merged(totals)

    def extract_output(self, total: Survey) -> Survey:
        return total


@beam.typehints.with_output_types(Survey)
@dataclasses.dataclass(eq=False)
class CountSurvey(beam.PTransform):
    """Sums up ends of files and heads of opened ones, ends of pages, pages to read, and the sample."""

    def expand(self, found: tuple[beam.PCollection[Any], ...]) -> beam.PCollection[Survey]:
        steps = (of_end, of_head, of_ended_page, of_task, of_sample)
        parts = [
            collection | step.__name__ >> beam.Map(step).with_output_types(Survey)
            for collection, step in zip(found, steps, strict=True)
        ]
        return parts | beam.Flatten() | beam.CombineGlobally(_Merge())


@beam.typehints.with_input_types(PageTask)
@beam.typehints.with_output_types(PageTask)
@dataclasses.dataclass(eq=False)
class DrawPages(beam.PTransform):
    """Some of all pages."""

    count: int

    def expand(self, tasks: beam.PCollection[PageTask]) -> beam.PCollection[PageTask]:
        return (
            tasks
            | "Smallest" >> beam.combiners.Top.Smallest(self.count, key=draw)
            | "Drawn" >> beam.FlatMap(_each).with_output_types(PageTask)
            | "SpreadDrawn" >> beam.Reshuffle()
        )


def _each(tasks: list[PageTask]) -> list[PageTask]:
    """What they have cost so far is counted already."""
    return [dataclasses.replace(task, cpu_seconds=0.0, times={}) for task in tasks]
