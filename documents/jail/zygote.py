"""The warm process: has the parsers loaded, no threads, and forks a fresh child for every document.

Started by `process.py` as `python -m documents.jail.zygote CONTROL_FD PARENT_PID`. On the control socket it first
says which walls stand around its children. Then a frame with a descriptor and the limits asks for a child that serves
that descriptor; when the child has ended, a frame tells how.
"""

from __future__ import annotations

import codecs
import gc
import importlib
import io
import mmap
import os
import resource
import signal
import socket
import sys
import warnings

import pikepdf
from PIL import Image

from documents import blob, media
from documents.canvas import Shared
from documents.jail import child, frames, isolation, wire
from documents.overlay import write_overlay
from schemas.errors import PagebeamError
from schemas.geometry import Quad
from schemas.pages import Word

if sys.platform == "linux":
    from documents.jail import kernel

_REHEARSALS = 8
_REHEARSED_BYTES = 1 << 20  # of the canvas: its pages are 64 or 128 pixels wide
_CODECS = ("ascii", "cp1252", "latin-1", "mac-roman", "utf-16", "utf-16-be", "utf-16-le", "utf-32")  # of texts in files


def _die_with_parent() -> None:
    """Ends this process when its parent does. Linux only; elsewhere the closed socket ends it between two calls."""
    if sys.platform == "linux":
        kernel.die_with_parent(signal.SIGKILL)


def main() -> None:
    parent = int(sys.argv[2])
    _die_with_parent()
    if os.getppid() != parent:
        return  # the parent had ended before the line above
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the launcher's to handle
    os.chdir("/")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")
    walls = isolation.probed()
    _load_decoders()
    for name in _CODECS:
        codecs.lookup(name)
    _rehearse()
    isolation.prepare(walls)
    gc.collect()
    if sys.platform == "linux":
        kernel.release_memory()
    gc.freeze()  # what is shared with the children stays shared
    mapped = _mapped()
    frames.send(control, {"isolation": walls.level})
    try:
        while True:
            request, descriptors = frames.receive_with(control, descriptors=4)
            channel, files = socket.socket(fileno=descriptors[0]), child.Files(*descriptors[1:])
            pid = _fork()
            if pid == 0:
                _run_child(control, channel, files, request, mapped, walls)
            channel.close()
            for descriptor in files:
                os.close(descriptor)
            _, status, usage = os.wait4(pid, 0)
            frames.send(control, {"exit": os.waitstatus_to_exitcode(status), "max_rss": usage.ru_maxrss})
    except PagebeamError:
        return  # the parent has closed the control socket


def _load_decoders() -> None:
    """All that read what Pagebeam reads: a child can load nothing. And no others: a picture that is opened by its
    content must not be talked into a rare one, and each is memory that every child is cloned with."""
    Image.preinit()
    importlib.import_module("PIL.MpoImagePlugin")  # what Pillow makes of some JPEGs; documents.pictures has the others
    Image._initialized = 2  # what `Image.init` does, is done


def _rehearse() -> None:
    """Does all kinds of work on a page of our own: what libraries load lazily is then there for every child.

    Several times: Python makes its own code faster where it sees it run again.
    """
    sink = io.BytesIO()
    Image.new("RGB", (64, 64)).save(sink, "JPEG")
    words = [Word("two", Quad.of_box(0.1, 0.1, 0.4, 0.2), 0), Word("words", Quad.of_box(0.5, 0.1, 0.9, 0.2), 0)]
    overlay = write_overlay(sink.getvalue(), media.JPEG, {0: words})
    calls: list[frames.Json] = [
        {"call": "inspect", "max_pages": 1, "redo": False},
        {"call": "render", "page": 0},
        {"call": "preview", "page": 0, "longest": 32},
        {"call": "grey", "page": 0, "longest": 32},
        {"call": "overlay", "words": {"0": wire.words_to_json(words)}, "replace": [], "allow_signed": False},
    ]
    output = blob.create()
    os.ftruncate(output, _REHEARSED_BYTES)
    canvas = Shared(mmap.mmap(output, _REHEARSED_BYTES))
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for _ in range(_REHEARSALS):
            for data, media_type in ((sink.getvalue(), media.JPEG), (overlay, media.PDF), (_strange_font(), media.PDF)):
                answers = child.Answers(data, media_type, canvas)
                for call in calls:
                    frames.send(ours, call)
                    arguments = frames.receive(theirs)
                    frames.send(theirs, child.answer(answers, output, arguments.pop("call"), arguments))
                    frames.receive(ours)
    os.close(output)


def _strange_font() -> bytes:
    """A page with a font that PDFium must find a substitute for: the first one that a process draws looks different."""
    sink = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(64, 64))
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.TrueType, BaseFont=pikepdf.Name.Strange)
        pdf.pages[0].Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
        pdf.pages[0].Contents = pdf.make_stream(b"BT /F 9 Tf 5 30 Td (strange words) Tj ET")
        pdf.save(sink)
    return sink.getvalue()


def _mapped() -> int:
    """Bytes of this process's address space: shared libraries, mostly. 0 where the system does not tell."""
    if sys.platform != "linux":
        return 0
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()


def _fork() -> int:
    return kernel.fork() if sys.platform == "linux" else os.fork()


def _run_child(
    control: socket.socket,
    channel: socket.socket,
    files: child.Files,
    request: frames.Json,
    mapped: int,
    walls: isolation.Walls,
) -> None:
    """Never returns."""
    code = 1
    try:
        zygote = os.getppid()
        _die_with_parent()
        if os.getppid() == zygote:
            control.close()
            pixels = request["pixel_bytes"]
            bounds = child.Bounds(mapped + pixels + request["memory_bytes"], request["output_bytes"], pixels)
            child.serve(channel, files, request["media_type"], request["bytes"], bounds, walls)
            code = 0
    except BaseException:
        code = 1
    finally:
        # Neither destructors nor exit handlers: they belong to the zygote, and a damaged parser could hang in them.
        os._exit(code)


if __name__ == "__main__":
    main()
