"""A document in a child of its own: asked, timed, and not trusted."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from documents import blob
from documents.jail import frames, wire
from documents.jail.canvas_file import SIZE
from documents.jail.process import Limits, Zygote
from schemas.errors import (
    MAX_MESSAGE,
    CorruptDocument,
    Encrypted,
    JailCpuLimit,
    JailCrash,
    JailError,
    JailForbidden,
    JailMemoryLimit,
    JailTimeout,
    SignedDocument,
    TooManyPixels,
)
from schemas.pages import Grey, Inspection, PageImage, Pixels, Word

T = TypeVar("T")
_FORESEEN: dict[str, type[Exception]] = {
    kind.__name__: kind for kind in (CorruptDocument, Encrypted, JailMemoryLimit, SignedDocument, TooManyPixels)
}  # what a reader or the PDF writer may say of a document


class UnforeseenError(Exception):
    """A bug of ours that showed inside the jail; its message names the place."""


class JailedDocument:
    """A document open in a child of its own. Used by one thread at a time."""

    def __init__(self, zygote: Zygote, source: int, size: int, media_type: str, limits: Limits) -> None:
        self._zygote = zygote
        self._limits = limits
        self._ended = False
        self.cpu_seconds = 0.0  # what its calls have used so far
        self._output = blob.create()  # the answers' bytes: the child can make no file
        try:
            self._channel = zygote.fork(limits, media_type, size, source, self._output)
        except BaseException:
            os.close(self._output)
            raise

    @property
    def isolation(self) -> str:
        """The level of isolation that its process has: one of documents.jail.LEVELS."""
        return self._zygote.isolation

    @property
    def alive(self) -> bool:
        """Whether it can be asked: a call that ended in a JailError was its last."""
        return not self._ended

    def inspect(self, max_pages: int, redo: bool) -> Inspection:
        """See documents.reader."""
        return self._call(
            "inspect",
            lambda answer, _: wire.inspection_from_json(answer),
            pages=max_pages,
            max_pages=max_pages,
            redo=redo,
        )

    def render(self, page: int) -> PageImage:
        """See documents.reader."""
        return self._call("render", wire.image_from_json, page=page)

    def preview(self, page: int, longest: int) -> Pixels:
        """See documents.reader."""
        return self._call("preview", lambda answer, data: _picture(answer, data, 3), page=page, longest=longest)

    def grey(self, page: int, longest: int) -> Grey:
        """See documents.reader."""
        return self._call("grey", _picture, page=page, longest=longest)

    def overlay(self, words: Mapping[int, Sequence[Word]], replace: Sequence[int], allow_signed: bool) -> bytes:
        """See documents.overlay."""
        rows = {str(page): wire.words_to_json(found) for page, found in words.items()}
        return self._call(
            "overlay",
            lambda _, data: bytes(data),
            pages=len(rows),
            words=rows,
            replace=list(replace),
            allow_signed=allow_signed,
        )

    def _call(self, name: str, believe: Callable[[frames.Json, memoryview], T], pages: int = 1, **arguments: Any) -> T:
        limits = self._limits.for_pages(pages)
        if self._ended:
            raise JailError("the document's process has ended")
        try:
            with contextlib.suppress(ConnectionError):  # it died meanwhile: the receiving end tells how
                frames.send(
                    self._channel,
                    {"call": name, "cpu_seconds": limits.cpu_seconds, **arguments},
                    seconds=limits.wall_seconds,
                )
            answer = frames.receive(self._channel, limits.wall_seconds, limits.frame_bytes)
            self.cpu_seconds += max(0.0, wire.number(answer.get("cpu_seconds", 0.0)))
            if "error" in answer:
                raise _error_of(answer)
            return believe(answer, self._bytes(answer, self._limits.output_bytes if name == "overlay" else SIZE))
        except JailTimeout:
            self._let_go()
            self._zygote.kill()
            raise
        except JailCrash as error:
            raise self._autopsy(error) from None
        except (KeyError, IndexError, TypeError, ValueError, ArithmeticError, EOFError) as error:
            self.close()
            raise JailCrash(f"the parser's answer makes no sense ({type(error).__name__})") from error

    def _bytes(self, answer: frames.Json, most: int) -> memoryview:
        size = int(answer.get("bytes", 0))
        if size > most:
            raise ValueError(f"an answer of {size} bytes")
        if answer.get("drawn"):
            return self._zygote.canvas.read(size)
        return blob.read(self._output, size) if size else memoryview(b"")

    def _autopsy(self, crash: JailCrash) -> JailError:
        """Why the child died, as far as the kernel tells."""
        code, max_rss = self._end()
        if code is None:
            return crash
        if code == -signal.SIGXCPU:
            return JailCpuLimit("the parser used more CPU time than a call is given")
        if code == -signal.SIGSYS:
            return JailForbidden("the parser tried what only an intruder would, and was stopped")
        # The kernel's own out-of-memory killer sends SIGKILL; a parser that aborts near its limit ran into it.
        if code == -signal.SIGKILL or max_rss > 0.8 * self._limits.memory_bytes:
            return JailMemoryLimit(f"the parser died with {max_rss >> 20} MB in use")
        cause = signal.Signals(-code).name if code < 0 else f"exit status {code}"
        return JailCrash(f"the parser died ({cause})")

    def _end(self) -> tuple[int | None, int]:
        """Closes the socket and waits; gives the child's exit code (None: it had to be killed) and peak bytes."""
        if self._ended:
            return None, 0
        self._let_go()
        return self._zygote.child_ended()

    def _let_go(self) -> None:
        self._ended = True
        self._channel.close()
        os.close(self._output)

    def close(self) -> None:
        """Ends the child. May be called twice."""
        self._end()


def _picture(answer: frames.Json, data: memoryview, *colours: int) -> Pixels:
    width, height = wire.image_size(answer)
    return np.frombuffer(data, dtype=np.uint8).reshape(height, width, *colours)


def _error_of(answer: frames.Json) -> Exception:
    kind = _FORESEEN.get(str(answer["error"]), UnforeseenError)
    return kind(str(answer.get("message", ""))[:MAX_MESSAGE])
