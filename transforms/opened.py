"""The document that this thread has open in the jail.

The transforms of a fused stage ask one after the other for the same document; it is fetched and opened once for them.
What is open is closed when another is asked for, and at the end of a bundle (`close`). Until then a document that could
not be fetched is not sought again.
"""

from __future__ import annotations

import contextlib
import functools
import resource
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from apache_beam.metrics import Metrics

from documents import media
from documents.jail import LEVELS, Jail, JailedDocument
from schemas.errors import JailCrash, JailMemoryLimit, PagebeamError, SourceChanged, SourceMissing, SourceUnreadable
from transforms import sources
from transforms.count_ends import NAMESPACE
from transforms.elements import Document
from transforms.sources import Source

ISOLATION_METRIC = "isolation_"  # with a level behind it: processes that parsed a document behind its walls
MOST_UNREADABLE = 3  # places of a document; each may have been tried for long, and the storage of all is often one
T = TypeVar("T")
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
        self._child: JailedDocument | None = None
        self._asked = False  # the child, before
        self._open_child: contextlib.ExitStack | None = None
        self.source: Source = self._stack.enter_context(sources.fetched(uri))

    def child(self, media_type: str, min_isolation: str) -> JailedDocument:
        """The document in its child; a fresh child where the last one died."""
        if self._child is None or not self._child.alive:
            self._close_child()
            self._open_child = contextlib.ExitStack()
            self._child = self._open_child.enter_context(
                jail().open(self.source.descriptor, self.source.size, media_type, min_isolation)
            )
            self._asked = False
            Metrics.counter(NAMESPACE, f"{ISOLATION_METRIC}{self._child.isolation}").inc()
        return self._child

    def ask(self, question: Callable[[JailedDocument], T], media_type: str, min_isolation: str) -> T:
        child, asked_before = self.child(media_type, min_isolation), self._asked
        self._asked = True
        try:
            return question(child)
        except (JailCrash, JailMemoryLimit):
            if not asked_before:
                raise
        self._close_child()
        return self.ask(question, media_type, min_isolation)

    def _close_child(self) -> None:
        if self._child is not None:
            _local.ended_cpu = getattr(_local, "ended_cpu", 0.0) + self._child.cpu_seconds
        if self._open_child is not None:
            self._open_child.close()
        self._open_child = self._child = None

    @property
    def cpu_seconds(self) -> float:
        """What the document's present child has used."""
        return self._child.cpu_seconds if self._child is not None else 0.0

    def close(self) -> None:
        self._close_child()
        self._stack.close()


def fetch(uri: str) -> Source:
    """The bytes at a URI, read anew. Raises SourceMissing, SourceUnreadable."""
    close()
    opened = _Opened(uri)
    _local.opened = opened
    return opened.source


def open_document(document: Document, min_isolation: str = LEVELS[0]) -> JailedDocument:
    """A document that was seen before, from the first of its places at which its bytes still are.

    Raises, where they are nowhere or MOST_UNREADABLE places could not be read, SourceChanged or what `fetch` raises of
    the first place; JailTooWeak.
    """
    return _opened(document).child(document.media_type, min_isolation)


def ask(document: Document, question: Callable[[JailedDocument], T], min_isolation: str = LEVELS[0]) -> T:
    """What the child of a document that was seen before answers. Raises what `open_document` raises, and the answer.

    Where it dies or lacks memory after it was asked other things, the same is asked of a fresh one: what an answer is
    must not hang on what was asked before it.
    """
    return _opened(document).ask(question, document.media_type, min_isolation)


def _opened(document: Document) -> _Opened:
    opened: _Opened | None = getattr(_local, "opened", None)
    uris = [place.entry.uri for place in document.places]
    if opened is not None and opened.source.document_id == document.document_id and opened.uri in uris:
        return opened
    sought_in_vain: tuple[str, list[str], PagebeamError] | None = getattr(_local, "sought_in_vain", None)
    if sought_in_vain is not None and sought_in_vain[:2] == (document.document_id, uris):
        raise sought_in_vain[2].with_traceback(None)
    errors: list[PagebeamError] = []
    for uri in uris:
        try:
            if fetch(uri).document_id == document.document_id:
                found: _Opened = _local.opened
                return found
            errors.append(SourceChanged(f"{uri} is no longer the file that was seen first"))
        except (SourceMissing, SourceUnreadable) as error:
            errors.append(error)
            if sum(isinstance(one, SourceUnreadable) for one in errors) == MOST_UNREADABLE:
                break
    close()
    _local.sought_in_vain = document.document_id, uris, errors[0]
    raise errors[0]


def close() -> None:
    """Closes what this thread has open, and forgets what it could not open."""
    _local.sought_in_vain = None
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
