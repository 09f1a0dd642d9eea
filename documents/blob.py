"""Anonymous files: bytes that processes share by a descriptor, gone with the last of them, however it ends."""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np


def create() -> int:
    """A descriptor of an empty anonymous file: in memory on Linux, an unlinked temporary file elsewhere."""
    if sys.platform == "linux":
        return os.memfd_create("pagebeam", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    descriptor, path = tempfile.mkstemp(prefix="pagebeam-")
    os.unlink(path)
    return descriptor


def fill(descriptor: int, chunks: Iterable[Any]) -> int:
    """Appends buffers; gives how many bytes were written."""
    total = 0
    for chunk in chunks:
        view = memoryview(chunk).cast("B")
        while view:
            written = os.write(descriptor, view)
            view = view[written:]
            total += written
    return total


def seal(descriptor: int) -> None:
    """Makes the bytes final for everyone who holds the descriptor, where the platform can."""
    if sys.platform == "linux":
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE)


def read(descriptor: int, size: int) -> memoryview:
    """Copies the first `size` bytes out; raises EOFError when there are fewer.

    A copy, not a mapping: whoever else holds the descriptor could cut the file under a mapping and crash its reader.
    """
    view, position = np.empty(size, np.uint8).data, 0  # not zeroed first
    while position < size:
        count = os.preadv(descriptor, [view[position:]], position)
        if count == 0:
            raise EOFError(f"{position} bytes where {size} were promised")
        position += count
    return view


@contextlib.contextmanager
def mapped(descriptor: int, size: int) -> Iterator[mmap.mmap | bytes]:
    """The bytes read-only without a copy. For bytes that are sealed or whose holder may crash without harm."""
    if size == 0:
        yield b""
        return
    mapping = mmap.mmap(descriptor, size, prot=mmap.PROT_READ)
    try:
        yield mapping
    finally:
        # A parser may still hold a view of it; the process that mapped it is about to end then.
        with contextlib.suppress(BufferError):
            mapping.close()
