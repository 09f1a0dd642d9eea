"""A disk that is full, in every process of a run that imports this module: a Beam plugin for tests.

Where $PAGEBEAM_FULL_DISK is the beginning of a path, whatever is to be written there finds no space when half of it is.
"""

from __future__ import annotations

import errno
import os

from transforms import storage

FULL = "PAGEBEAM_FULL_DISK"
_written = storage._write


def _write(aside: str, uri: str, data: bytes) -> None:
    full = os.environ.get(FULL)
    if full is None or not uri.startswith(full):
        return _written(aside, uri, data)
    storage.make_folder(os.path.dirname(aside))
    with open(aside, "wb") as file:
        file.write(data[: len(data) // 2])
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), aside)


storage._write = _write
