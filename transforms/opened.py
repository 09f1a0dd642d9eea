"""The document that this thread has open in the jail.

The transforms of a fused stage ask one after the other for pages of the same document; it is fetched and opened once
for them. What is open is closed when another is asked for, and at the end of a bundle (`close`).
"""

from __future__ import annotations

import contextlib
import functools
import resource
import threading
import time
from collections.abc import Iterator

from apache_beam.metrics import Metrics

from documents import media
from documents.jail import LEVELS, Jail, JailedDocument
from schemas.errors import SourceChanged
from transforms import sources
from transforms.count_ends import NAMESPACE
from transforms.elements import Document
from transforms.sources import Source

ISOLATION_METRIC = "isolation_"  # with a level behind it: processes that parsed a document behind its walls
_local = threading.local()
_PIXEL = (  # a whole GIF
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)


@functools.cache
def jail() -> Jail:
    """This process's jail."""
    return Jail()


def probe(min_isolation: str = LEVELS[0]) -> str:
    """Has the jail look at a picture of one pixel; gives the level that it reaches.

    Raises JailError where it cannot work on this machine, JailTooWeak where it stays below `min_isolation`.
    """
    with (
        sources.held(_PIXEL) as descriptor,
        jail().open(descriptor, len(_PIXEL), media.GIF, min_isolation) as document,
    ):
        document.inspect(1, redo=False)
        return document.isolation


class _Opened:
    def __init__(self, uri: str) -> None:
        self.uri = uri
        self._stack = contextlib.ExitStack()
        self._document: JailedDocument | None = None
        self._open_one: contextlib.ExitStack | None = None
        self.source: Source = self._stack.enter_context(sources.fetched(uri))

    def document(self, media_type: str, min_isolation: str) -> JailedDocument:
        """The document in its child; a fresh child where the last one died."""
        if self._document is None or not self._document.alive:
            self._close_document()
            self._open_one = contextlib.ExitStack()
            self._document = self._open_one.enter_context(
                jail().open(self.source.descriptor, self.source.size, media_type, min_isolation)
            )
            Metrics.counter(NAMESPACE, f"{ISOLATION_METRIC}{self._document.isolation}").inc()
        return self._document

    def _close_document(self) -> None:
        if self._document is not None:
            _local.ended_cpu = getattr(_local, "ended_cpu", 0.0) + self._document.cpu_seconds
        if self._open_one is not None:
            self._open_one.close()
        self._open_one = self._document = None

    @property
    def cpu_seconds(self) -> float:
        """What the document's present child has used."""
        return self._document.cpu_seconds if self._document is not None else 0.0

    def close(self) -> None:
        self._close_document()
        self._stack.close()


def fetch(uri: str) -> Source:
    """The bytes at a URI, read anew. Raises SourceMissing, SourceUnreadable."""
    close()
    opened = _Opened(uri)
    _local.opened = opened
    return opened.source


def open_document(document: Document, min_isolation: str = LEVELS[0]) -> JailedDocument:
    """A document that was seen before.

    Raises SourceChanged when its bytes are others now, JailTooWeak, and what `fetch` raises.
    """
    opened: _Opened | None = getattr(_local, "opened", None)
    if opened is None or opened.uri != document.entry.uri or opened.source.document_id != document.document_id:
        if fetch(document.entry.uri).document_id != document.document_id:
            close()
            raise SourceChanged(f"{document.entry.uri} is no longer the file that was seen first")
        opened = _local.opened
    assert opened is not None
    return opened.document(document.media_type, min_isolation)


def close() -> None:
    """Closes what this thread has open."""
    opened: _Opened | None = getattr(_local, "opened", None)
    if opened is not None:
        _local.opened = None
        opened.close()


class Stopwatch:
    """What a piece of work took: wall clock, and CPU seconds of this thread and of the document's child."""

    def __init__(self) -> None:
        self.milliseconds = 0.0
        self.cpu_seconds = 0.0

    @contextlib.contextmanager
    def running(self, programs: bool = False) -> Iterator[None]:
        """Adds what the block takes; with `programs` also what programs took that the block ran to their end."""

        def spent() -> float:
            return time.thread_time() + _jailed_cpu() + (_programs_cpu() if programs else 0.0)

        wall, cpu = time.perf_counter(), spent()
        try:
            yield
        finally:
            self.milliseconds += (time.perf_counter() - wall) * 1000
            self.cpu_seconds += spent() - cpu


def _jailed_cpu() -> float:
    """What all children of this thread's documents have used so far."""
    opened: _Opened | None = getattr(_local, "opened", None)
    ended: float = getattr(_local, "ended_cpu", 0.0)
    return ended + (opened.cpu_seconds if opened is not None else 0.0)


def _programs_cpu() -> float:
    """What child processes that have ended used; to be asked only around a block in which no zygote ends."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
