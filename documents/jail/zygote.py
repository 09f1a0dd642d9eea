"""The warm process: has the parsers loaded, no threads, and forks a fresh child for every document.

Started by `process.py` as `python -m documents.jail.zygote CONTROL_FD PARENT_PID`. On the control socket: a frame with
a descriptor and the limits asks for a child that serves that descriptor; when the child has ended, a frame tells how.
"""

from __future__ import annotations

import ctypes
import gc
import io
import os
import signal
import socket
import sys
import warnings

from PIL import Image

from documents import media
from documents.jail import child, frames
from documents.overlay import write_overlay
from documents.reader import open_document
from schemas.errors import PagebeamError
from schemas.geometry import Quad
from schemas.pages import Word

_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    """Ends this process when its parent does. Linux only; elsewhere the closed socket ends it between two calls."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    parent = int(sys.argv[2])
    _die_with_parent()
    if os.getppid() != parent:
        return  # the parent had ended before the line above
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the launcher's to handle
    warnings.simplefilter("ignore")
    Image.init()  # every decoder now, not in each child anew
    _rehearse()
    gc.freeze()  # what is shared with the children stays shared
    frames.send(control, {"ready": True})
    try:
        while True:
            request, (descriptor,) = frames.receive(control)
            pid = os.fork()
            if pid == 0:
                _run_child(control, descriptor, request)
            os.close(descriptor)
            _, status, usage = os.wait4(pid, 0)
            frames.send(control, {"exit": os.waitstatus_to_exitcode(status), "max_rss": usage.ru_maxrss})
    except PagebeamError:
        return  # the parent has closed the control socket


def _rehearse() -> None:
    """Does all kinds of work once, on a page of our own: what libraries load lazily is then there for every child."""
    sink = io.BytesIO()
    Image.new("RGB", (64, 64)).save(sink, "JPEG")
    words = {0: [Word("two", Quad.of_box(0.1, 0.1, 0.4, 0.2), 0), Word("words", Quad.of_box(0.5, 0.1, 0.9, 0.2), 0)]}
    overlay = write_overlay(sink.getvalue(), media.JPEG, words)
    for data, media_type in ((sink.getvalue(), media.JPEG), (overlay, media.PDF)):
        with open_document(data, media_type) as document:
            document.inspect(1, redo=False)
            document.render(0)
    write_overlay(overlay, media.PDF, words)


def _run_child(control: socket.socket, descriptor: int, limits: frames.Json) -> None:
    """Never returns."""
    code = 1
    try:
        zygote = os.getppid()
        _die_with_parent()
        if os.getppid() == zygote:
            control.close()
            child.serve(socket.socket(fileno=descriptor), **limits)
            code = 0
    except BaseException:
        code = 1
    finally:
        # Neither destructors nor exit handlers: they belong to the zygote, and a damaged parser could hang in them.
        os._exit(code)


if __name__ == "__main__":
    main()
