"""The file that children draw pages in, as the asker has it."""

from __future__ import annotations

import fcntl
import mmap
import os

import numpy as np

from documents import blob
from documents.sizing import LONG_SIDE

SIZE = LONG_SIDE * LONG_SIDE * 3  # bytes: the largest page image
_MOST_KEPT = 16 << 20  # bytes that are cleared for the next document; what lies beyond is given back


class CanvasFile:
    """A nameless file of SIZE bytes; what is not drawn on takes no memory.

    New memory costs the drawing of a page more than all else that the jail does, so one that is `kept` serves one
    document after the other, and is cleared in between. Its size is sealed: nobody can cut it under a mapping. This is
    for Linux alone, and only where a child can leave nothing behind that still has the file.
    """

    def __init__(self, kept: bool) -> None:
        self.kept = kept
        self._drawn = 0  # bytes, the most so far
        self.descriptor = blob.create()
        try:
            os.ftruncate(self.descriptor, SIZE)
            if kept:
                seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
                fcntl.fcntl(self.descriptor, fcntl.F_ADD_SEALS, seals)
                self._mapping = mmap.mmap(self.descriptor, SIZE)
        except BaseException:
            os.close(self.descriptor)
            raise

    def read(self, size: int) -> memoryview:
        """Copies out what was drawn."""
        self._drawn = max(self._drawn, size)
        return blob.read(self.descriptor, size)

    def clear(self) -> None:
        """As if nobody had ever drawn: whatever a child wrote anywhere is gone."""
        whole = -(-min(self._drawn, _MOST_KEPT) // mmap.PAGESIZE) * mmap.PAGESIZE
        np.frombuffer(self._mapping, np.uint8, whole)[:] = 0
        self._mapping.madvise(mmap.MADV_REMOVE, whole, SIZE - whole)

    def close(self) -> None:
        os.close(self.descriptor)
        if self.kept:
            self._mapping.close()
