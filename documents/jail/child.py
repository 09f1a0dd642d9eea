"""The jailed side: one process, one document. Lives until the socket closes or a limit ends it."""

from __future__ import annotations

import contextlib
import mmap
import os
import resource
import socket
import sys
import time
from typing import Any

from documents import blob
from documents.jail import frames, wire
from documents.overlay import write_overlay
from documents.reader import Document, open_document
from schemas.errors import PagebeamError

Json = dict[str, Any]


class _Answers:
    """The calls about one document. Each gives a JSON answer, and bytes or None."""

    def __init__(self, data: mmap.mmap | bytes, media_type: str) -> None:
        self._data = data
        self._media_type = media_type
        self._document: Document | None = None

    def _opened(self) -> Document:
        if self._document is None:
            self._document = open_document(self._data, self._media_type)
        return self._document

    def inspect(self, max_pages: int, redo: bool) -> tuple[Json, Any]:
        return wire.inspection_to_json(self._opened().inspect(max_pages, redo)), None

    def render(self, page: int) -> tuple[Json, Any]:
        image = self._opened().render(page)
        return wire.image_to_json(image), image.pixels

    def preview(self, page: int, longest: int) -> tuple[Json, Any]:
        pixels = self._opened().preview(page, longest)
        return {"width": pixels.shape[1], "height": pixels.shape[0]}, pixels

    def overlay(self, words: dict[str, Any], replace: list[int], allow_signed: bool) -> tuple[Json, Any]:
        by_page = {int(page): wire.words_from_json(rows) for page, rows in words.items()}
        result = write_overlay(bytes(self._data), self._media_type, by_page, replace=replace, allow_signed=allow_signed)
        return {}, result


_CALLS = frozenset({"inspect", "render", "preview", "overlay"})


def serve(channel: socket.socket, memory_bytes: int, output_bytes: int) -> None:
    """Answers calls until the other side closes. The first frame brings the document."""
    _limit_memory(memory_bytes)
    resource.setrlimit(resource.RLIMIT_FSIZE, (output_bytes, output_bytes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(PagebeamError):  # the other side has closed: the end of the work
        first, (source,) = frames.receive(channel)
        with blob.mapped(source, int(first["bytes"])) as data:
            answers = _Answers(data, str(first["media_type"]))
            while True:
                call, _ = frames.receive(channel, most=frames.LARGEST)
                _limit_cpu(float(call.pop("cpu_seconds")))
                _answer(channel, answers, str(call.pop("call")), call)


def _answer(channel: socket.socket, answers: _Answers, name: str, arguments: Json) -> None:
    started = time.process_time()
    descriptors: list[int] = []
    try:
        if name not in _CALLS:
            raise ValueError(f"no such call: {name}")
        answer, output = getattr(answers, name)(**arguments)
        if output is not None:
            descriptors.append(blob.create())
            answer["bytes"] = blob.fill(descriptors[0], [output])
    except PagebeamError as error:
        answer = {"error": type(error).__name__, "message": str(error)}
    except MemoryError:
        answer = {"error": "JailMemoryLimit", "message": "the parser wanted more memory than a call is given"}
    except Exception as error:
        answer = {"error": "internal", "message": where(error)}
    answer["cpu_seconds"] = time.process_time() - started
    frames.send(channel, answer, descriptors)
    for descriptor in descriptors:
        os.close(descriptor)


def where(error: BaseException) -> str:
    """The class of an unforeseen error and the place it came from: its own words might hold a document's text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    code = trace.tb_frame.f_code
    return f"{type(error).__name__} in {os.path.basename(code.co_filename)}:{trace.tb_lineno} ({code.co_name})"


def _limit_memory(memory_bytes: int) -> None:
    """Address space, counted from what the warm process has mapped already (shared libraries, mostly)."""
    if sys.platform != "linux":
        return  # macOS does not hold RLIMIT_AS; the wall clock and the CPU limit remain
    with open("/proc/self/statm") as statm:
        mapped = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + memory_bytes, mapped + memory_bytes))


def _limit_cpu(seconds: float) -> None:
    """From now on; past it the kernel ends the process (SIGXCPU)."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + seconds) + 1, hard))
