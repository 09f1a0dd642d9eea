"""A zygote whose parsers misbehave on demand: the document's first line says how. For tests of the jail and of the job.

`FAULT <what> <call>` says what goes wrong in `inspect` or in `render`; other documents are read as they are. Put behind
a PNG's end or into a PDF's comment, it makes a file that looks healthy outside the jail. PAGEBEAM_TEST_LEVEL in the
environment takes walls away; what gets through them leaves its mark in the folder PAGEBEAM_TEST_FOLDER.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
import time
from typing import Any

from documents import reader
from documents.jail import child, isolation, zygote
from schemas.errors import UsageError

_FAULT = re.compile(rb"FAULT (\w+) (\w+)")


def _hang() -> None:
    while True:
        time.sleep(3600)


def _spin() -> None:
    while True:
        pass


def _eat() -> None:
    hoard = []
    while True:
        hoard.append(bytearray(b"x" * (16 << 20)))


def _lie() -> None:
    # What a parser that was taken over could do: write nonsense to the other side instead of an answer.
    for descriptor in range(3, 16):
        try:
            os.write(descriptor, b"\xff\xff\xff\xff nonsense" * 100)
        except OSError:
            continue


def _raise() -> None:
    secret = "text of the document"
    raise KeyError(secret)


def _usage() -> None:
    raise UsageError("what a reader never says")


def _evidence(what: str) -> str:
    return os.path.join(os.environ["PAGEBEAM_TEST_FOLDER"], what)


def _write() -> None:
    with open(_evidence("write"), "w"):
        pass


def _run_a_program() -> None:
    os.execv(sys.executable, [sys.executable, "-c", f"open({_evidence('program')!r}, 'w')"])


def _fork() -> None:
    if os.fork() == 0:
        os.mkdir(_evidence("fork"))
        os._exit(0)


FAULTS: dict[str, Any] = {
    "write": _write,
    "program": _run_a_program,
    "fork": _fork,
    "socket": lambda: socket.socket().connect(("127.0.0.1", int(os.environ["PAGEBEAM_TEST_PORT"]))),
    "folder": lambda: os.mkdir(_evidence("folder")),
    "signal": lambda: os.kill(os.getppid(), signal.SIGTERM),
    "usage": _usage,
    "hang": _hang,
    "spin": _spin,
    "eat": _eat,
    "lie": _lie,
    "raise": _raise,
    "crash": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "abort": os.abort,
    "exit": lambda: os._exit(3),
}


class _Faulty:
    """A document that does what its bytes say before the call that they name."""

    def __init__(self, document: reader.Document, what: str, call: str) -> None:
        self._document = document
        self._what = what
        self._call = call

    def __getattr__(self, name: str) -> Any:
        if name == self._call:
            FAULTS[self._what]()
        return getattr(self._document, name)


def open_document(data: Any, media_type: str) -> Any:
    found = _FAULT.search(data)
    document = reader.open_document(data, media_type)
    return _Faulty(document, found[1].decode(), found[2].decode()) if found else document


def _not_above(level: str, probed: isolation.Walls) -> isolation.Walls:
    """Walls as on a kernel that has no more than that level's."""
    if level == isolation.LEVELS[0]:
        return isolation.Walls()
    return isolation.Walls(probed.seccomp) if level == isolation.LEVELS[1] else probed


if __name__ == "__main__":
    child.open_document = open_document
    found = _not_above(os.environ.get("PAGEBEAM_TEST_LEVEL", isolation.LEVELS[-1]), isolation.probed())
    isolation.probed = lambda: found
    zygote.main()
