"""The side that trusts nobody: it starts zygotes, asks, times, kills and replaces."""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import functools
import os
import queue
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

import schemas.errors
from documents import blob
from documents.jail import wire
from schemas.errors import JailCpuLimit, JailCrash, JailError, JailMemoryLimit, JailTimeout, PagebeamError
from schemas.pages import Inspection, PageImage, Pixels, Word

T = TypeVar("T")
ISOLATION = "limits"  # the level reached: child processes with bounded memory, time and output
_START_SECONDS = 60.0  # a zygote's imports, on a machine that is very busy
_END_SECONDS = 5.0  # from the closing of a child's socket to its end


class UnforeseenError(Exception):
    """A bug of ours that showed inside the jail; its message names the place."""


@dataclasses.dataclass(frozen=True)
class Limits:
    """What one call may use. CPU time ends alike on slow and fast machines; the wall clock is for hangs alone."""

    memory_bytes: int = 1 << 30  # over the warm process; ten times what the largest allowed picture takes
    cpu_seconds: float = 60.0  # a hundred times an ordinary page
    wall_seconds: float = 300.0  # CPU time on a machine that is five times overloaded
    output_bytes: int = 2 << 30  # of one answer: an overlay PDF is as large as its source


class JailedDocument:
    """A document open in a child of its own. Used by one thread at a time."""

    def __init__(self, zygote: _Zygote, source: int, size: int, media_type: str, limits: Limits) -> None:
        self._zygote = zygote
        self._limits = limits
        self._ended = False
        self.cpu_seconds = 0.0  # what its calls have used so far
        self._channel = zygote.fork(limits)
        wire.send(self._channel, {"bytes": size, "media_type": media_type}, [source])

    @property
    def alive(self) -> bool:
        """Whether it can be asked: a call that ended in a JailError was its last."""
        return not self._ended

    def inspect(self, max_pages: int, redo: bool) -> Inspection:
        """See documents.reader."""
        return self._call(
            "inspect", lambda answer, _: wire.inspection_from_json(answer), max_pages=max_pages, redo=redo
        )

    def render(self, page: int) -> PageImage:
        """See documents.reader."""
        return self._call("render", wire.image_from_json, page=page)

    def preview(self, page: int, longest: int) -> Pixels:
        """See documents.reader."""

        def pixels(answer: wire.Json, data: bytearray) -> Pixels:
            width, height = wire.image_size(answer)
            return np.frombuffer(data, dtype=np.uint8).reshape(height, width, 3)

        return self._call("preview", pixels, page=page, longest=longest)

    def overlay(self, words: Mapping[int, Sequence[Word]], replace: Sequence[int], allow_signed: bool) -> bytes:
        """See documents.overlay."""
        rows = {str(page): wire.words_to_json(found) for page, found in words.items()}
        return self._call(
            "overlay", lambda _, data: bytes(data), words=rows, replace=list(replace), allow_signed=allow_signed
        )

    def _call(self, name: str, believe: Callable[[wire.Json, bytearray], T], **arguments: Any) -> T:
        if self._ended:
            raise JailError("the document's process has ended")
        descriptors: list[int] = []
        try:
            with contextlib.suppress(ConnectionError):  # it died meanwhile: the receiving end tells how
                wire.send(self._channel, {"call": name, **arguments})
            answer, descriptors = wire.receive(self._channel, self._limits.wall_seconds)
            self.cpu_seconds += float(answer.get("cpu_seconds", 0.0))
            if "error" in answer:
                raise _error_of(answer)
            size = int(answer.get("bytes", 0))
            if size > self._limits.output_bytes:
                raise JailCrash(f"the parser's answer has {size} bytes")
            return believe(answer, blob.read(descriptors[0], size) if size else bytearray())
        except JailTimeout:
            self._ended = True
            self._channel.close()
            self._zygote.kill()
            raise
        except JailCrash as error:
            raise self._autopsy(error) from None
        except (KeyError, IndexError, TypeError, ValueError, EOFError) as error:
            self.close()
            raise JailCrash(f"the parser's answer makes no sense ({type(error).__name__})") from error
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _autopsy(self, crash: JailCrash) -> JailError:
        """Why the child died, as far as the kernel tells."""
        code, max_rss = self._end()
        if code is None:
            return crash
        if code == -signal.SIGXCPU:
            return JailCpuLimit(f"the parser used more than {self._limits.cpu_seconds:g} s of CPU time")
        # The kernel's own out-of-memory killer sends SIGKILL; a parser that aborts near its limit ran into it.
        if code == -signal.SIGKILL or max_rss > 0.8 * self._limits.memory_bytes:
            return JailMemoryLimit(f"the parser died with {max_rss >> 20} MB in use")
        cause = signal.Signals(-code).name if code < 0 else f"exit status {code}"
        return JailCrash(f"the parser died ({cause})")

    def _end(self) -> tuple[int | None, int]:
        """Closes the socket and waits; gives the child's exit code (None: it had to be killed) and peak bytes."""
        if self._ended:
            return None, 0
        self._ended = True
        self._channel.close()
        return self._zygote.child_ended()

    def close(self) -> None:
        """Ends the child. May be called twice."""
        self._end()


def _error_of(answer: wire.Json) -> Exception:
    kind = getattr(schemas.errors, str(answer["error"]), None)
    message = str(answer.get("message", ""))[: schemas.errors.MAX_MESSAGE]
    if isinstance(kind, type) and issubclass(kind, PagebeamError):
        return kind(message)
    return UnforeseenError(message)


@functools.cache
def _starter() -> concurrent.futures.ThreadPoolExecutor:
    """The thread that starts every zygote: to Linux a parent is a thread, and workers' threads come and go."""
    return concurrent.futures.ThreadPoolExecutor(1, "pagebeam-jail")


class _Zygote:
    """One warm process, which serves one document at a time."""

    def __init__(self, module: str) -> None:
        self._killed = False
        self._control, theirs = socket.socketpair()
        environment = {
            **os.environ,
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
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
                    env=environment,
                )
                .result()
            )
        try:
            wire.receive(self._control, _START_SECONDS)
        except JailError:
            self.kill()
            raise

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def fork(self, limits: Limits) -> socket.socket:
        """The socket of a fresh child."""
        ours, theirs = socket.socketpair()
        request = {
            "memory_bytes": limits.memory_bytes,
            "cpu_seconds": limits.cpu_seconds,
            "output_bytes": limits.output_bytes,
        }
        with theirs:
            wire.send(self._control, request, [theirs.fileno()])
        return ours

    def child_ended(self) -> tuple[int | None, int]:
        """Exit code and peak bytes of the child whose socket was closed; kills both when it does not end by itself."""
        try:
            report, _ = wire.receive(self._control, _END_SECONDS)
        except JailError:
            self.kill()
            return None, 0
        scale = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes there, in KB elsewhere
        return int(report["exit"]), int(report["max_rss"]) * scale

    def kill(self) -> None:
        """Ends it and its child. May be called twice."""
        if self._killed:
            return  # its number may belong to another process by now
        self._killed = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._control.close()


class Jail:
    """Zygotes, kept warm between documents: as many as threads ask at once. One a process is what is needed mostly."""

    def __init__(self, limits: Limits | None = None, module: str = "documents.jail.zygote") -> None:
        self.limits = limits or Limits()
        self._module = module  # what a zygote runs
        self._idle: queue.SimpleQueue[_Zygote] = queue.SimpleQueue()

    @contextlib.contextmanager
    def open(self, source: int, size: int, media_type: str) -> Iterator[JailedDocument]:
        """A fresh child that holds the document in the anonymous file `source` (documents.blob)."""
        zygote = self._take()
        try:
            document = JailedDocument(zygote, source, size, media_type, self.limits)
        except ConnectionError:  # it was ended from outside a moment ago
            zygote.kill()
            zygote = _Zygote(self._module)
            document = JailedDocument(zygote, source, size, media_type, self.limits)
        try:
            yield document
        finally:
            document.close()
            if zygote.alive:
                self._idle.put(zygote)
            else:
                zygote.kill()

    def _take(self) -> _Zygote:
        while True:
            try:
                zygote = self._idle.get_nowait()
            except queue.Empty:
                return _Zygote(self._module)
            if zygote.alive:
                return zygote
            zygote.kill()

    def close(self) -> None:
        """Ends all that are idle."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._idle.get_nowait().kill()
