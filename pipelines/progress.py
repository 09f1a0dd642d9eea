"""The progress line of a local run."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from typing import TextIO

from pipelines.options import Settings
from pipelines.wave import PROGRESS
from transforms import storage
from transforms.count_ends import Progress

_LIVE_SECONDS = 1.0  # between two states of a line that is redrawn
_LOG_SECONDS = 30.0  # between two lines, where a file is written to


def line(counts: dict[str, int], before: int, entries: int, seconds: float) -> str:
    """What is said while a run is under way; `before` entries were done by earlier starts."""
    done = min(entries, before + counts["documents"])
    rate = counts["pages"] / seconds if seconds > 0 else 0.0
    return f"{done:,} of {entries:,} files ended, {counts['pages']:,} pages seen, {rate:.1f} pages/s"


@contextlib.contextmanager
def shown(settings: Settings, before: int, entries: int, stream: TextIO | None = None) -> Iterator[str | None]:
    """Shows progress while the block runs; gives the folder that workers report to, None where they are elsewhere."""
    if not settings.local:
        yield None
        return
    stream = stream or sys.stderr
    # In the output where that is a folder here: what a killed run leaves is then found and removed by the next start.
    parent = settings.scratch if "://" not in settings.output else None
    if parent is not None:
        storage.make_folder(parent)
    with tempfile.TemporaryDirectory(prefix="progress-", dir=parent) as folder:
        stop = threading.Event()
        for name in PROGRESS:
            os.mkdir(f"{folder}/{name}")
        thread = threading.Thread(target=_show, args=(folder, before, entries, stream, stop), daemon=True)
        thread.start()
        try:
            yield folder
        finally:
            stop.set()
            thread.join()


def reached(folder: str) -> dict[str, int]:
    """How many documents and pages have ended: by what is noted while they are read, and later in the tables."""
    noted, counted = (Progress(f"{folder}/{name}").counted() for name in PROGRESS)
    return {kind: max(noted[kind], counted[kind]) for kind in counted}


def _show(folder: str, before: int, entries: int, stream: TextIO, stop: threading.Event) -> None:
    live, begun, shown = stream.isatty(), time.monotonic(), ""
    while True:
        ended = stop.wait(_LIVE_SECONDS if live else _LOG_SECONDS)
        text = line(reached(folder), before, entries, time.monotonic() - begun)
        if live:
            stream.write(f"\r{text.ljust(len(shown))}" + ("\n" if ended else ""))
        else:
            stream.write(f"{text}\n")
        stream.flush()
        shown = text
        if ended:
            return
