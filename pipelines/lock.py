"""One start of a run at a time. A start that was killed is in nobody's way."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import socket
import sys
import threading
import time
import uuid
from collections.abc import Iterator

from schemas.errors import PagebeamError, UsageError
from transforms import storage

RENEWED_SECONDS = 15.0  # between two signs of life, where the storage has no locks of its own
_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}  # of a file system that knows none
SILENT_SECONDS = 60.0  # without one, after which the other start counts as dead


class LockLost(PagebeamError):
    """Another start has taken the run over: this one was silent for too long."""

    reason = "lock_lost"


class Lock:
    """Is held for as long as the context of `held` lasts."""

    def __init__(self) -> None:
        self._lost = threading.Event()

    def lose(self) -> None:
        """Somebody else has it."""
        self._lost.set()

    def check(self) -> None:
        """Raises LockLost."""
        if self._lost.is_set():
            raise LockLost("another start goes on with this run: this one ends here")


@contextlib.contextmanager
def held(uri: str, what: str) -> Iterator[Lock]:
    """Holds the lock at `uri`; raises UsageError, which names `what` is locked, where another start holds it.

    A file here is locked by the operating system, which lets go of it when the process ends, however it ended. Where
    the storage is far away, an object says who is at work, and is written anew every RENEWED_SECONDS; who finds one
    looks for SILENT_SECONDS whether it changes, so that no two clocks are compared. Two starts within the same second
    could both believe to be first: that is not ruled out there.
    """
    with _lease(uri, what) if "://" in uri else _locked_file(uri, what) as lock:
        yield lock


@contextlib.contextmanager
def _locked_file(path: str, what: str) -> Iterator[Lock]:
    try:
        storage.make_folder(os.path.dirname(path))
        file = _open_locked(path, what)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {type(error).__name__}") from error
    with file:
        file.truncate(0)
        file.write(_me().encode())
        file.flush()
        try:
            yield Lock()
        finally:
            with contextlib.suppress(OSError):
                os.remove(path)


def _open_locked(path: str, what: str):  # type: ignore[no-untyped-def]  # typing has no name for an unbuffered file
    while True:
        file = open(path, "a+b", buffering=0)  # noqa: SIM115  # it stays open
        try:
            # Not flock: the children of this process would share it, and could hold it for longer.
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            file.seek(0)
            holder = file.read(200).decode(errors="replace")
            file.close()
            raise UsageError(_refusal(what, holder)) from None
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                file.close()
                raise
            return file
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), os.stat(path)):
                return file
        file.close()  # its holder has just removed it


@contextlib.contextmanager
def _lease(uri: str, what: str) -> Iterator[Lock]:
    try:
        before = _read(uri)
    except Exception as error:  # each storage has classes of its own
        raise UsageError(f"{uri} cannot be read: {error}") from error
    if before is not None:
        print(f"{what} was begun by {before['holder']}: looking if that is alive", file=sys.stderr)
        _wait_for_silence(uri, before, what)
    token = uuid.uuid4().hex
    lock, stop = Lock(), threading.Event()

    def write(turn: int) -> None:
        content = json.dumps({"token": token, "turn": turn, "holder": _me()})
        storage.write(uri, content.encode(), f"{uri}.scratch")

    def renew() -> None:
        turn = 0
        while not stop.wait(RENEWED_SECONDS):
            turn += 1
            with contextlib.suppress(Exception):  # a storage may fail for a while
                found = _read(uri)
                if found is not None and found["token"] != token:
                    lock.lose()
                    return
                write(turn)

    write(0)
    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield lock
    finally:
        stop.set()
        thread.join()
        with contextlib.suppress(Exception):
            found = _read(uri)
            if found is not None and found["token"] == token:
                storage.remove([uri])


def _wait_for_silence(uri: str, before: dict[str, object], what: str) -> None:
    end = time.monotonic() + SILENT_SECONDS
    while time.monotonic() < end:
        time.sleep(SILENT_SECONDS / 20)
        now = _read(uri)
        if now is None:
            return
        if now != before:
            raise UsageError(_refusal(what, now["holder"]))


def _read(uri: str) -> dict[str, object] | None:
    if not storage.exists(uri):
        return None
    found: dict[str, object] = json.loads(storage.read(uri))
    return found


def _me() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}"


def _refusal(what: str, holder: object) -> str:
    return f"{what} is under way already ({holder}): wait for its end, or stop it"
