"""Faults on demand, in every process of a run that imports this module: a Beam plugin that benchmarks.faulty_job names.

What goes wrong is said by the file itself:

- `faulty:///PATH` is the local file PATH behind a storage with moods, which a word of its name tells: `slow`, `passing`
  (the first two tries meet a busy service), `staying` (all do), `killer` (the first try, or with `later` the second,
  kills the worker that makes it, as the kernel's out-of-memory killer would),
  and the overlay of one that is `full` finds the disk full when half of it is written;
- a file that holds `FAULT hang inspect` or the like has a parser that does so (tests.faulty_zygote).
"""

from __future__ import annotations

import errno
import functools
import hashlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from apache_beam.io.filesystem import CompressionTypes, FileMetadata
from apache_beam.io.localfilesystem import LocalFileSystem

from documents.jail import Jail, Limits
from transforms import opened, storage

SCHEME = "faulty"
LIMITS = Limits(memory_bytes=256 << 20, cpu_seconds=10.0, wall_seconds=20.0)
_SLOW_SECONDS = 0.5
_MOODS = "PAGEBEAM_MOODS"  # names the folder that remembers who was tried how often


class Busy(Exception):
    """What a service answers that has too much to do."""

    code = 503


class FaultyFileSystem(LocalFileSystem):
    """The local files, as far away as an object store, with moods."""

    @classmethod
    def scheme(cls) -> str:
        return SCHEME

    def has_dirs(self) -> bool:
        return False

    def _list(self, dir_or_prefix: str) -> Iterator[FileMetadata]:
        for path in Path(_local(dir_or_prefix)).parent.rglob("*"):
            if path.is_file() and str(path).startswith(_local(dir_or_prefix)):
                yield self.metadata(f"{SCHEME}://{path}")

    def open(self, path: str, mime_type: str = "", compression_type: str = CompressionTypes.AUTO) -> Any:
        _mood(path)
        return super().open(_local(path), mime_type, compression_type)

    def metadata(self, path: str) -> FileMetadata:
        stat = os.stat(_local(path))
        return FileMetadata(path, stat.st_size, stat.st_mtime)


def _local(path: str) -> str:
    return path.removeprefix(f"{SCHEME}://")


def _mood(path: str) -> None:
    name = os.path.basename(path)
    if "slow" in name:
        time.sleep(_SLOW_SECONDS)
    if "staying" in name or ("passing" in name and _tried(name) <= 2):
        raise Busy(f"HTTP {Busy.code}")
    if "full" in name:
        _no_room_for.add(hashlib.sha256(Path(_local(path)).read_bytes()).hexdigest())
    if "killer" in name and _tried(name) == (2 if "later" in name else 1):
        os.kill(os.getpid(), signal.SIGKILL)


def _tried(name: str) -> int:
    """How often the file was tried, this time included, by whichever process."""
    with open(os.path.join(os.environ[_MOODS], name), "ab") as file:
        file.write(b".")
        return file.tell()


def moods(folder: Path) -> dict[str, str]:
    """What the environment of a run must say for files to remember."""
    folder.mkdir()
    return {_MOODS: str(folder)}


@functools.cache
def _jail() -> Jail:
    return Jail(LIMITS, module="tests.faulty_zygote")


def _write(aside: str, uri: str, data: bytes) -> None:
    if "/overlays/" in uri and os.path.basename(uri).partition(".")[0] in _no_room_for:
        storage.make_folder(os.path.dirname(aside))
        with open(aside, "wb") as file:
            file.write(data[: len(data) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    _written(aside, uri, data)


_no_room_for: set[str] = set()  # documents
_written = storage._write
storage._write = _write
opened.jail = _jail
