"""A zygote and its child, from the outside: started, waited for, killed."""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import functools
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping

from documents.jail import canvas_file, frames
from documents.jail.canvas_file import CanvasFile
from documents.jail.isolation import LEVELS
from schemas.errors import JailError

PAGES = 10  # that a call is about, mostly
_START_SECONDS = 60.0  # a zygote's imports, on a machine that is very busy
_END_SECONDS = 5.0  # from the closing of a child's socket to its end
# Python's own blocks stand in that memory too: huge pages are cloned and dropped at once, small ones each by itself.
# What libraries call is looked up at the start, not by every child.
_START = {"LD_BIND_NOW": "1"}
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
# A fresh child meets each page of its memory for the first time. With huge pages, and with what was freed kept for the
# next buffer, rendering a scan takes a fifth less CPU time (glibc 2.35 and later; others ignore it).
_MALLOC = {"hugetlb": 1, "mmap_threshold": 1 << 30, "trim_threshold": 1 << 30}
_MEMORY = {"GLIBC_TUNABLES": ":".join(f"glibc.malloc.{name}={value}" for name, value in _MALLOC.items())}


_KEPT = {"PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "GLIBC_TUNABLES", "VIRTUAL_ENV"}
_KEPT_BEGINNINGS = ("PYTHON", "LC_", "PAGEBEAM_")


@dataclasses.dataclass(frozen=True)
class Limits:
    """What one call may use. CPU time ends alike on slow and fast machines; the wall clock is for hangs alone."""

    memory_bytes: int = 1 << 30  # over the warm process; ten times what the largest allowed picture takes
    cpu_seconds: float = 60.0  # a hundred times an ordinary page
    wall_seconds: float = 300.0  # CPU time on a machine that is five times overloaded
    output_bytes: int = 2 << 30  # of one answer: an overlay PDF is as large as its source
    frame_bytes: int = 64 << 20  # of an answer's JSON: ten pages of 5,000 words are 5 MB

    def for_pages(self, pages: int) -> Limits:
        """What a call about so many pages may use: the limits are meant for up to `PAGES`."""
        share = max(1.0, pages / PAGES)
        return dataclasses.replace(
            self,
            cpu_seconds=self.cpu_seconds * share,
            wall_seconds=self.wall_seconds * share,
            frame_bytes=int(self.frame_bytes * share),
        )


def _harmless(environment: Mapping[str, str]) -> dict[str, str]:
    """What Python and its libraries are found by. The rest may hold keys, which a parser must not have."""
    return {name: value for name, value in environment.items() if name in _KEPT or name.startswith(_KEPT_BEGINNINGS)}


def _pair() -> tuple[socket.socket, socket.socket]:
    """Two sockets that wait. With a default timeout, which some storages' clients set for the whole process, a child
    would find its own never ready."""
    pair = socket.socketpair()
    for each in pair:
        each.setblocking(True)
    return pair


@functools.cache
def _starter() -> concurrent.futures.ThreadPoolExecutor:
    """The thread that starts every zygote: to Linux a parent is a thread, and workers' threads come and go."""
    return concurrent.futures.ThreadPoolExecutor(1, "pagebeam-jail")


class Zygote:
    """One warm process, which serves one document at a time."""

    def __init__(self, module: str) -> None:
        self._killed = False
        self._canvas: CanvasFile | None = None
        self._control, theirs = _pair()
        with theirs:
            self._process = (
                _starter()
                .submit(
                    subprocess.Popen[bytes],
                    [sys.executable, "-m", module, str(theirs.fileno()), str(os.getpid())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,  # parsers chatter, and may repeat a document's text
                    start_new_session=True,  # so that it can be killed with its child, as one group
                    env={**_MEMORY, **_START, **_harmless(os.environ), **_ONE_THREAD},
                )
                .result()
            )
        try:
            ready = frames.receive(self._control, _START_SECONDS)
            self.isolation = str(ready["isolation"])  # one of documents.jail.isolation.LEVELS: what its children reach
        except JailError:
            self.kill()
            raise

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def canvas(self) -> CanvasFile:
        """What its present child draws in.

        Behind the filter a child leaves no process behind, and no descriptor: what it drew in can be used again.
        """
        if self._canvas is None:
            self._canvas = CanvasFile(kept=self.isolation != LEVELS[0])
        return self._canvas

    def fork(self, limits: Limits, media_type: str, size: int, source: int, output: int) -> socket.socket:
        """The socket of a fresh child, which holds a document in the file `source`.

        Its answers' bytes come in the file `output`, pages are drawn in `canvas`.
        """
        ours, theirs = _pair()
        request = {
            "media_type": media_type,
            "bytes": size,
            "memory_bytes": limits.memory_bytes,
            "output_bytes": limits.output_bytes,
            "pixel_bytes": canvas_file.SIZE,
        }
        with theirs:
            frames.send(self._control, request, [theirs.fileno(), source, output, self.canvas.descriptor])
        return ours

    def child_ended(self) -> tuple[int | None, int]:
        """Exit code and peak bytes of the child whose socket was closed; kills both when it does not end by itself."""
        try:
            report = frames.receive(self._control, _END_SECONDS)
        except JailError:
            self.kill()
            return None, 0
        self._clear_canvas()
        scale = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes there, in KB elsewhere
        return int(report["exit"]), int(report["max_rss"]) * scale

    def _clear_canvas(self) -> None:
        if self._canvas is not None and self._canvas.kept:
            self._canvas.clear()
        else:
            self._drop_canvas()

    def _drop_canvas(self) -> None:
        if self._canvas is not None:
            self._canvas.close()
            self._canvas = None

    def kill(self) -> None:
        """Ends it and its child. May be called twice."""
        if self._killed:
            return  # its number may belong to another process by now
        self._killed = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._control.close()
        self._drop_canvas()
