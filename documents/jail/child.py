"""The jailed side: one process, one document. Lives until the socket closes or a limit ends it."""

from __future__ import annotations

import contextlib
import mmap
import os
import resource
import socket
import time
from typing import Any, NamedTuple

from documents import blob
from documents.canvas import Shared
from documents.jail import frames, isolation, wire
from documents.overlay import write_overlay
from documents.reader import Document, open_document
from schemas.errors import PagebeamError

Json = dict[str, Any]


class Bounds(NamedTuple):
    """What a child may use, in bytes."""

    memory: int  # of address space, shared libraries included
    output: int  # of one answer
    pixels: int  # of the file that is drawn in, which has that size already


class Files(NamedTuple):
    """The descriptors that a child is given."""

    source: int  # the document
    output: int  # for the answers' bytes
    canvas: int  # to draw pages in


class Answers:
    """The calls about one document. Each gives a JSON answer, and bytes that are to go to the file for answers.

    The bytes are None where there are none, or where they were drawn on the canvas.
    """

    def __init__(self, data: mmap.mmap | bytes, media_type: str, canvas: Shared) -> None:
        self._data = data
        self._media_type = media_type
        self._canvas = canvas
        self._document: Document | None = None

    def _opened(self) -> Document:
        if self._document is None:
            self._document = open_document(self._data, self._media_type)
        return self._document

    def inspect(self, max_pages: int, redo: bool) -> tuple[Json, Any]:
        return wire.inspection_to_json(self._opened().inspect(max_pages, redo)), None

    def render(self, page: int) -> tuple[Json, Any]:
        image = self._opened().render(page, self._canvas)
        said = wire.image_to_json(image)
        if self._canvas.holds(image.pixels):
            return {**said, "bytes": image.pixels.nbytes, "drawn": True}, None
        return said, image.pixels

    def preview(self, page: int, longest: int) -> tuple[Json, Any]:
        pixels = self._opened().preview(page, longest)
        return {"width": pixels.shape[1], "height": pixels.shape[0]}, pixels

    def grey(self, page: int, longest: int) -> tuple[Json, Any]:
        pixels = self._opened().grey(page, longest)
        return {"width": pixels.shape[1], "height": pixels.shape[0]}, pixels

    def overlay(self, words: dict[str, Any], replace: list[int], allow_signed: bool) -> tuple[Json, Any]:
        by_page = {int(page): wire.words_from_json(rows) for page, rows in words.items()}
        result = write_overlay(bytes(self._data), self._media_type, by_page, replace=replace, allow_signed=allow_signed)
        return {}, result


_CALLS = frozenset({"inspect", "render", "preview", "grey", "overlay"})


def serve(
    channel: socket.socket, files: Files, media_type: str, size: int, limits: Bounds, walls: isolation.Walls
) -> None:
    """Answers calls about a document until the other side closes."""
    data = mmap.mmap(files.source, size, prot=mmap.PROT_READ) if size else b""
    os.close(files.source)
    canvas = Shared(mmap.mmap(files.canvas, limits.pixels))
    os.close(files.canvas)
    _confine(limits, walls)
    answers = Answers(data, media_type, canvas)
    with contextlib.suppress(PagebeamError):  # the other side has closed: the end of the work
        while True:
            call = frames.receive(channel, most=frames.LARGEST)
            _limit_cpu(float(call.pop("cpu_seconds")))
            frames.send(channel, answer(answers, files.output, str(call.pop("call")), call))


def _confine(limits: Bounds, walls: isolation.Walls) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))  # macOS takes it and does not hold it
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.output, limits.output))
    isolation.no_descriptors()
    isolation.confine(walls)


def answer(answers: Answers, output: int, name: str, arguments: Json) -> Json:
    """What one call gives; its bytes are in the file `output` then."""
    started = time.process_time()
    said: Json
    try:
        if name not in _CALLS:
            raise ValueError(f"no such call: {name}")
        said, data = getattr(answers, name)(**arguments)
        if data is not None:
            os.lseek(output, 0, os.SEEK_SET)
            said["bytes"] = blob.fill(output, [data])
    except PagebeamError as error:
        said = {"error": type(error).__name__, "message": str(error)}
    except MemoryError:
        said = {"error": "JailMemoryLimit", "message": "the parser wanted more memory than a call is given"}
    except Exception as error:
        said = {"error": "internal", "message": where(error)}
    said["cpu_seconds"] = time.process_time() - started
    return said


def where(error: BaseException) -> str:
    """The class of an unforeseen error and the place it came from: its own words might hold a document's text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    code = trace.tb_frame.f_code
    return f"{type(error).__name__} in {os.path.basename(code.co_filename)}:{trace.tb_lineno} ({code.co_name})"


def _limit_cpu(seconds: float) -> None:
    """From now on; past it the kernel ends the process (SIGXCPU)."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + seconds) + 1, hard))
