"""What a wave came to: counts that add up, from any number of workers and waves."""

from __future__ import annotations

import dataclasses
import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import apache_beam as beam

from schemas.records import DocumentRow, ShadowRow
from transforms.elements import DocumentEnd, PageEnd
from transforms.endings import INTERNAL_ERROR
from transforms.engine_sums import EngineSums, ShadowSums, of_shadow_row

Count = TypeVar("Count", int, float, EngineSums, ShadowSums)
SLOWEST = 20  # documents that are named
UNREAD = 50  # the same
# What was left out is named in this order; what the manifest or an option has left out is not.
_LEFT_OUT = ("bad_manifest_row", "encrypted", "too_large", "empty", "unsupported_type")


@dataclasses.dataclass
class Summary:
    """Counts over documents and pages. `merged` of the parts is the summary of the whole."""

    documents: int = 0
    pages: int = 0
    words: int = 0
    overlays: int = 0
    capped: int = 0  # documents with more pages than were looked at
    bytes: int = 0  # of the files that were read
    internal_errors: int = 0  # failures that nobody foresaw
    cpu_seconds: float = 0.0
    confidence_sum: float = 0.0
    confidence_count: int = 0
    statuses: dict[str, int] = dataclasses.field(default_factory=dict)  # documents by status
    reasons: dict[str, int] = dataclasses.field(default_factory=dict)  # documents by "status: reason"
    media_types: dict[str, int] = dataclasses.field(default_factory=dict)
    categories: dict[str, int] = dataclasses.field(default_factory=dict)  # pages by category, or `failed`
    page_reasons: dict[str, int] = dataclasses.field(default_factory=dict)  # pages by reason
    failures: dict[str, int] = dataclasses.field(default_factory=dict)  # failures by "stage: error"
    retries: dict[str, int] = dataclasses.field(default_factory=dict)  # see transforms.retries.counted
    isolation: dict[str, int] = dataclasses.field(default_factory=dict)  # processes that parsed, by the jail's level
    milliseconds: dict[str, float] = dataclasses.field(default_factory=dict)  # wall clock by stage
    stage_pages: dict[str, int] = dataclasses.field(default_factory=dict)  # pages that passed a stage
    engines: dict[str, int] = dataclasses.field(default_factory=dict)  # pages by "engine version"
    engine_sums: dict[str, EngineSums] = dataclasses.field(default_factory=dict)  # by "engine version"
    shadow_sums: dict[str, ShadowSums] = dataclasses.field(default_factory=dict)  # by "engine:shadow", names alone
    slowest: list[tuple[float, str, int]] = dataclasses.field(default_factory=list)  # CPU seconds, uri, pages
    unread: list[tuple[int, str, str, str]] = dataclasses.field(default_factory=list)  # rank, uri, status, reason

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Summary:
        """The inverse of `to_json`."""
        engine_sums = {name: EngineSums(**sums) for name, sums in value.get("engine_sums", {}).items()}
        shadow_sums = {name: ShadowSums(**sums) for name, sums in value.get("shadow_sums", {}).items()}
        named = {name: [tuple(item) for item in value.get(name, [])] for name in ("slowest", "unread")}
        return cls(**{**value, "engine_sums": engine_sums, "shadow_sums": shadow_sums, **named})

    @property
    def mean_confidence(self) -> float | None:
        """Over all tokens that have one."""
        return self.confidence_sum / self.confidence_count if self.confidence_count else None


def of_document(end: DocumentEnd) -> Summary:
    """One document's share."""
    row = end.row
    done = row.status == "done"
    return Summary(
        documents=1,
        overlays=int(row.overlay_uri is not None and row.status != "deleted"),
        capped=int(row.capped),
        bytes=row.bytes or 0 if row.document_id else 0,
        internal_errors=sum(failure.error == INTERNAL_ERROR for failure in end.failures),
        cpu_seconds=row.cpu_seconds,
        statuses={row.status: 1},
        reasons={f"{row.status}: {row.reason}": 1} if row.reason else {},
        media_types={row.media_type: 1} if row.media_type else {},
        failures=dict(Counter(f"{failure.stage}: {failure.error}" for failure in end.failures)),
        engine_sums={f"{row.engine} {row.engine_version}": EngineSums(documents=1)} if done and row.engine else {},
        slowest=[(row.cpu_seconds, row.uri, row.pages_read)],
        unread=list(_unread(row)),
    )


def _unread(row: DocumentRow) -> Iterator[tuple[int, str, str, str]]:
    """A document that somebody may want to look after: it failed first, then in part, then was left out."""
    if row.reason is None or row.status == "deleted":
        return
    if row.status == "skipped" and row.reason not in _LEFT_OUT:
        return
    rank = {"failed": 0, "done": 1}.get(row.status)
    yield 2 + _LEFT_OUT.index(row.reason) if rank is None else rank, row.uri, row.status, row.reason


def of_page(end: PageEnd) -> Summary:
    """One page's share. Its CPU time is its document's."""
    row = end.row
    name = f"{end.engine} {end.engine_version}" if end.engine else None
    return Summary(
        pages=1,
        words=row.words,
        confidence_sum=end.confidence_sum,
        confidence_count=end.confidence_count,
        categories={row.category or "failed": 1},
        # One that holds words all the same is not among those without text.
        page_reasons={row.reason: 1} if row.reason and row.category != "image_text" else {},
        milliseconds=dict(row.times),
        stage_pages=dict.fromkeys(row.times, 1),
        engines={name: 1} if name and row.status == "done" else {},
        engine_sums={name: _by_engine(end)} if name else {},
    )


def _by_engine(end: PageEnd) -> EngineSums:
    done = end.row.status == "done"
    return EngineSums(
        pages=int(done),
        failed=int(not done),
        copies=int(end.copied),
        words=end.gained,
        confidence_sum=end.confidence_sum,
        confidence_count=end.confidence_count,
        cpu_seconds=end.engine_cpu_seconds,
    )


def of_shadow(row: ShadowRow) -> Summary:
    """The share of a page that was read twice, which `of_page` has counted already."""
    return Summary(shadow_sums={f"{row.engine}:{row.shadow}": of_shadow_row(row)})


def merged(parts: Iterable[Summary]) -> Summary:
    """The sum of all."""
    total = Summary()
    for part in parts:
        for field in dataclasses.fields(Summary):
            ours, theirs = getattr(total, field.name), getattr(part, field.name)
            if field.name == "slowest":
                total.slowest = heapq.nlargest(SLOWEST, ours + theirs)
            elif field.name == "unread":
                total.unread = heapq.nsmallest(UNREAD, ours + theirs)
            elif isinstance(ours, dict):
                _add(ours, theirs)
            else:
                setattr(total, field.name, ours + theirs)
    return total


def _add(ours: dict[str, Count], theirs: dict[str, Count]) -> None:
    for key, count in theirs.items():
        ours[key] = ours[key] + count if key in ours else count


class _Merge(beam.CombineFn):
    def create_accumulator(self) -> Summary:
        return Summary()

    def add_input(self, total: Summary, part: Summary) -> Summary:
        return merged([total, part])

    def merge_accumulators(self, totals: Iterable[Summary]) -> Summary:
        return merged(totals)

    def extract_output(self, total: Summary) -> Summary:
        return total


@beam.typehints.with_output_types(Summary)
@dataclasses.dataclass(eq=False)
class Summarise(beam.PTransform):
    """Sums up the ends of documents and pages, and the rows of pages that were read twice, where there are some."""

    def expand(
        self,
        ends: tuple[beam.PCollection[DocumentEnd], beam.PCollection[PageEnd]]
        | tuple[beam.PCollection[DocumentEnd], beam.PCollection[PageEnd], beam.PCollection[ShadowRow]],
    ) -> beam.PCollection[Summary]:
        documents, pages, *shadows = ends
        parts = (
            documents | "OfDocuments" >> beam.Map(of_document).with_output_types(Summary),
            pages | "OfPages" >> beam.Map(of_page).with_output_types(Summary),
            *(rows | "OfShadows" >> beam.Map(of_shadow).with_output_types(Summary) for rows in shadows),
        )
        return parts | beam.Flatten() | beam.CombineGlobally(_Merge())
