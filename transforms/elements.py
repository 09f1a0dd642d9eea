"""What travels between the transforms. References cross a shuffle; pixels (`Page`) never do."""

from __future__ import annotations

import dataclasses
import pickle
import zlib
from typing import Any

import apache_beam as beam
from apache_beam.coders import Coder

from schemas.keys import DocumentKey
from schemas.pages import PageImage, PageInspection, Word
from schemas.records import DocumentRow, FailureRow, PageRow


@dataclasses.dataclass(frozen=True)
class Gone:
    """What was known last of a file that is there no more."""

    reason: str  # why it counts as gone
    document_id: str | None
    overlay_uri: str | None  # its PDF, which stays


@dataclasses.dataclass(frozen=True)
class ManifestEntry:
    """One row of the manifest, or a file that was there at an earlier run."""

    uri: str
    owner: str | None = None
    source_version: str | None = None  # None: to be found when it is read
    eligible: bool = True
    overlay_name: str | None = None  # under OUT/overlays/; None: by document_id
    error: str | None = None  # why the row cannot be used
    duplicate: bool = False  # an earlier row names the same file
    gone: Gone | None = None  # there is nothing to read any more: its row will say `deleted`


@dataclasses.dataclass(frozen=True)
class Document:
    """A file that was read once and is worth opening."""

    entry: ManifestEntry
    document_id: str
    source_version: str
    media_type: str
    size: int  # bytes
    started_at: float  # seconds since the epoch
    cpu_seconds: float
    copies: tuple[Document, ...] = ()  # the same bytes of the same owner at other places: they end as it does

    @property
    def key(self) -> DocumentKey:
        return DocumentKey(self.document_id, self.entry.uri)

    @property
    def places(self) -> tuple[Document, ...]:
        """Itself and its copies."""
        return (self, *self.copies)


@dataclasses.dataclass(frozen=True)
class DocumentHead:
    """An opened document: what its end needs beside the ends of the pages that are read."""

    document: Document
    page_count: int
    pages: int  # how many of them are to end, by the cap
    signed: bool
    ended: tuple[PageEnd, ...] = ()  # those that ended at the first look, without their tokens


@dataclasses.dataclass(frozen=True)
class PageTask:
    """A page on its way to be read."""

    document: Document
    inspection: PageInspection
    head: DocumentHead | None = None  # of a document that is read where it was opened
    ocrable: float | None = None
    times: dict[str, float] = dataclasses.field(default_factory=dict)  # milliseconds by stage
    cpu_seconds: float = 0.0

    def spent(self, stage: str, milliseconds: float, cpu_seconds: float) -> PageTask:
        """The same with a stage's time added."""
        times = {**self.times, stage: self.times.get(stage, 0.0) + milliseconds}
        return dataclasses.replace(self, times=times, cpu_seconds=self.cpu_seconds + cpu_seconds)


@dataclasses.dataclass(frozen=True)
class PageRun:
    """Pages of one document that are read one after the other in one place."""

    pages: tuple[PageTask, ...]


@dataclasses.dataclass(frozen=True)
class Page:
    """A page with its pixels. Lives within a fused stage."""

    task: PageTask
    image: PageImage
    width: int  # pixels of the render
    height: int
    quarter_turns: int = 0  # clockwise, that set it upright
    skew: float = 0.0  # degrees clockwise
    corners: tuple[float, ...] | None = None


@dataclasses.dataclass(frozen=True)
class PageEnd:
    """A page's ending: its row, and its tokens as an Arrow IPC stream (None: it has none)."""

    document: Document
    row: PageRow
    cpu_seconds: float
    head: DocumentHead | None = None  # as the task had it
    tokens: bytes | None = None
    gained: int = 0  # words that the file did not have before
    confidence_sum: float = 0.0  # over the tokens that have a confidence
    confidence_count: int = 0
    failure: FailureRow | None = None
    engine: str | None = None  # what read it, or failed to
    engine_version: str | None = None  # of the engine; where none was asked, of the classifier that let none be
    engine_cpu_seconds: float = 0.0  # of `cpu_seconds`
    copied: bool = False  # its words were read at another place, where the same bytes lie, and paid for there

    @property
    def key(self) -> DocumentKey:
        return self.document.key

    @property
    def owner(self) -> str | None:
        return self.document.entry.owner


@dataclasses.dataclass(frozen=True)
class Reading:
    """What an engine made of a page."""

    engine: str
    engine_version: str | None  # None: it could not be opened
    words: tuple[Word, ...] = ()  # in fractions of the page, without those that the file had already
    reason: str | None = None  # why there are none
    message: str | None = None  # of the error with which it failed; None where it did not
    cpu_seconds: float = 0.0


@dataclasses.dataclass(frozen=True)
class TwoReadings:
    """A page that was read twice."""

    key: DocumentKey
    page: int  # 0-based
    first: Reading  # its words are the page's
    second: Reading  # only compared


@dataclasses.dataclass(frozen=True)
class DocumentEnd:
    """A manifest entry's ending."""

    row: DocumentRow
    failures: tuple[FailureRow, ...] = ()


@dataclasses.dataclass(frozen=True)
class Thumbnail:
    """A page for the report's gallery."""

    uri: str
    page: int
    mean_confidence: float
    jpeg: bytes
    aspect: float  # height / width
    boxes: tuple[tuple[float, float, float, float, float], ...]  # left, top, right, bottom (0..1), confidence


class _PageCoder(Coder):
    """Tells Beam what a page weighs without pickling its pixels, which its size sampling would do over and over."""

    def encode(self, value: Page) -> bytes:
        return pickle.dumps(value, protocol=5)

    def decode(self, encoded: bytes) -> Page:
        page: Page = pickle.loads(encoded)
        return page

    def estimate_size(self, value: Page) -> int:
        return int(value.image.pixels.nbytes)

    def is_deterministic(self) -> bool:
        return False

    def to_type_hint(self) -> Any:
        return Page


beam.coders.registry.register_coder(Page, _PageCoder)


def shard_of(name: str, shards: int) -> int:
    """A stable number below `shards`."""
    return zlib.crc32(name.encode()) % shards
