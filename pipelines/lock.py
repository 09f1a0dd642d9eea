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
from typing import Any, BinaryIO, cast

from schemas.errors import PagebeamError, UsageError
from transforms import storage
from transforms.retries import patiently
from transforms.storage_errors import explain

# Where the storage has no locks of its own:
RENEWED_SECONDS = 15.0  # between two signs of life
TRY_SECONDS = 5.0  # for one request of them: a storage that hangs must not make a living start look dead
AGAIN_SECONDS = 3.0  # after one that failed
SILENT_SECONDS = 60.0  # without a sign of life, after which another start may take the lock over
SURE_SECONDS = 45.0  # since the last one, for which this start need not look whether it still has the lock
LOOKS = 20  # of another start in SILENT_SECONDS

_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}  # of a file system that knows none


class LockLost(PagebeamError):
    """Another start has taken the run over, or may have: this one was silent for too long."""

    reason = "lock_lost"


class Lock:
    """Is held for as long as the context of `held` lasts."""

    def check(self) -> None:
        """Makes sure that it is held still; raises LockLost."""


@contextlib.contextmanager
def held(uri: str, what: str) -> Iterator[Lock]:
    """Holds the lock at `uri`; raises UsageError, which names `what` is locked, where another start holds it.

    A file here is locked by the operating system, which lets go of it when the process ends, however it ended. Where
    the storage is far away, or the file system knows no locks, a file says who is at work, and is written anew every
    RENEWED_SECONDS; who finds one looks for SILENT_SECONDS whether it changes, so that no two clocks are compared. Two
    starts within the same second could both believe to be first: that is not ruled out there.
    """
    file = None if "://" in uri else _open_locked(uri, what)
    with _leased(uri, what) if file is None else _locked(uri, file) as lock:
        yield lock


@contextlib.contextmanager
def _locked(path: str, file: BinaryIO) -> Iterator[Lock]:
    with file:
        with contextlib.suppress(OSError):  # a full disk: it is held all the same, and nobody told by whom
            file.truncate(0)
            file.write(_me().encode())
        try:
            yield Lock()
        finally:
            with contextlib.suppress(OSError):
                os.remove(path)


def _open_locked(path: str, what: str) -> BinaryIO | None:
    """The file, locked; None where the file system knows no locks."""
    try:
        storage.make_folder(os.path.dirname(path))
        while True:
            file = cast(BinaryIO, open(path, "a+b", buffering=0))  # noqa: SIM115  # it stays open
            try:
                # Not flock: the children of this process would share it, and could hold it for longer.
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                with contextlib.suppress(FileNotFoundError):
                    if os.path.samestat(os.fstat(file.fileno()), os.stat(path)):
                        return file
                file.close()  # its holder has just removed it
            except (BlockingIOError, PermissionError):
                file.seek(0)
                holder = file.read(200).decode(errors="replace")
                file.close()
                raise UsageError(_refusal(what, holder)) from None
            except BaseException:
                file.close()
                raise
    except OSError as error:
        if error.errno in _NO_LOCKS:
            return None
        raise UsageError(f"{path} cannot be written: {type(error).__name__}") from error


class _Lease(Lock):
    """A file that says who is at work, and is written anew again and again."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._token = uuid.uuid4().hex
        self._turn = 0
        self._renewed = 0.0  # when the last renewal that went well was begun
        self._lost = threading.Event()
        self._renewing = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._renew_on, daemon=True)

    def begin(self) -> None:
        patiently(self._write)
        self._thread.start()

    def check(self) -> None:
        if not self._lost.is_set() and time.monotonic() - self._renewed > SURE_SECONDS:
            try:
                patiently(self._renew)
            except Exception as error:  # each storage has classes of its own
                raise LockLost(
                    f"{self._uri} cannot be renewed ({explain(error)}): another start may go on with this run, so this "
                    "one ends here"
                ) from error
        if self._lost.is_set():
            raise LockLost("another start goes on with this run: this one ends here")

    def end(self) -> None:
        self._stop.set()
        self._thread.join()
        with contextlib.suppress(Exception):  # who comes next finds it silent
            if self._is_ours():
                storage.remove([self._uri])
            storage.remove_folder(_scratch(self._uri))

    def _renew_on(self) -> None:
        pause = RENEWED_SECONDS
        while not self._stop.wait(pause) and not self._lost.is_set():
            try:
                self._renew()
                pause = RENEWED_SECONDS
            except Exception:  # a storage may fail for a while
                pause = AGAIN_SECONDS

    def _renew(self) -> None:
        with self._renewing:
            if self._is_ours():
                self._write()
            else:
                self._lost.set()

    def _is_ours(self) -> bool:
        found = _found(storage.read_at_once(self._uri, TRY_SECONDS))
        return found is not None and found["token"] == self._token  # another start removes it at its end

    def _write(self) -> None:
        begun = time.monotonic()
        content = json.dumps({"token": self._token, "turn": self._turn, "holder": _me()})
        storage.write_at_once(self._uri, content.encode(), _scratch(self._uri), TRY_SECONDS)
        self._turn += 1
        self._renewed = begun


@contextlib.contextmanager
def _leased(uri: str, what: str) -> Iterator[Lock]:
    lease = _Lease(uri)
    try:
        _wait_for_silence(uri, what)
        lease.begin()
    except UsageError:
        raise
    except Exception as error:  # each storage has classes of its own
        raise UsageError(f"the lock {uri} cannot be read or written: {explain(error)}") from error
    try:
        yield lease
    finally:
        lease.end()


def _wait_for_silence(uri: str, what: str) -> None:
    """Returns where nobody holds the lock. Looks are counted and not seconds: while the storage does not answer, a
    living start cannot renew its lock either."""
    before = _look(uri)
    if before is None:
        return
    print(f"{what} was begun by {before['holder']}: looking if that is alive", file=sys.stderr)
    for _ in range(LOOKS):
        time.sleep(SILENT_SECONDS / LOOKS)
        now = _look(uri)
        if now is None:
            return
        if now != before:
            raise UsageError(_refusal(what, now["holder"]))


def _look(uri: str) -> dict[str, Any] | None:
    return _found(patiently(lambda: storage.read_at_once(uri, TRY_SECONDS)))


def _found(content: bytes | None) -> dict[str, Any] | None:
    """What a lock says; None where it is not there, or a file that is only to become one."""
    if not content:
        return None
    try:
        found: dict[str, Any] = json.loads(content)
    except ValueError:  # of a start that found the file system with locks
        return {"token": None, "holder": content[:200].decode(errors="replace")}
    return found


def _scratch(uri: str) -> str:
    return f"{uri}.scratch"


def _me() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}"


def _refusal(what: str, holder: object) -> str:
    return f"{what} is under way already ({holder}): wait for its end, or stop it"
