"""Warm processes, kept between documents."""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Iterator

from documents.jail.document import JailedDocument
from documents.jail.isolation import LEVELS, at_least
from documents.jail.process import Limits, Zygote
from schemas.errors import JailTooWeak


class Jail:
    """Zygotes, kept warm between documents: as many as threads ask at once. One a process is what is needed mostly."""

    def __init__(self, limits: Limits | None = None, module: str = "documents.jail.zygote") -> None:
        self.limits = limits or Limits()
        self._module = module  # what a zygote runs
        self._idle: queue.SimpleQueue[Zygote] = queue.SimpleQueue()

    @contextlib.contextmanager
    def open(self, source: int, size: int, media_type: str, min_isolation: str = LEVELS[0]) -> Iterator[JailedDocument]:
        """A fresh child that holds the document in the anonymous file `source` (documents.blob).

        Raises JailTooWeak where this machine does not reach the level `min_isolation`, JailError where nothing works.
        """
        zygote = self._take()
        if not at_least(zygote.isolation, min_isolation):
            self._idle.put(zygote)
            raise JailTooWeak(f"the jail reaches {zygote.isolation!r} on this machine, {min_isolation!r} is asked for")
        try:
            document = JailedDocument(zygote, source, size, media_type, self.limits)
        except ConnectionError:  # it was ended from outside a moment ago
            zygote.kill()
            zygote = Zygote(self._module)
            document = JailedDocument(zygote, source, size, media_type, self.limits)
        try:
            yield document
        finally:
            document.close()
            if zygote.alive:
                self._idle.put(zygote)
            else:
                zygote.kill()

    def _take(self) -> Zygote:
        while True:
            try:
                zygote = self._idle.get_nowait()
            except queue.Empty:
                return Zygote(self._module)
            if zygote.alive:
                return zygote
            zygote.kill()

    def close(self) -> None:
        """Ends all that are idle."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._idle.get_nowait().kill()
