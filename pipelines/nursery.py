"""Workers of a local run that are forked, not started: they have the launcher's modules from the beginning.

A process is safely forked only while it has one thread, and a launcher has many as soon as a pipeline runs. So a
nursery is forked before that: it stays as it is, and forks the workers. Libraries of macOS forbid it: on Linux alone.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

from schemas.errors import JailError, PagebeamError
from transforms import opened

_LATER = ("cv2", "onnxruntime")  # what reading loads; they start threads, so not before a worker is forked
_HARMLESS = {"jemalloc_bg_thd"}  # threads whose library looks after them itself when their process is forked


def can_fork() -> bool:
    """Whether this process may be forked: no thread could hold a lock that would then be held for ever."""
    if sys.platform != "linux":
        return False
    threads = [path.read_text().strip() for path in Path("/proc/self/task").glob("*/comm")]
    return sum(name not in _HARMLESS for name in threads) == 1


class Worker:
    """A process that waits for its work, from the launcher's side."""

    def __init__(self, channel: Connection) -> None:
        self._channel = channel

    def warm_up(self, min_isolation: str) -> None:
        """Has it start its jail and load what reading takes, while the launcher does something else."""
        self._channel.send((_warm_up, (min_isolation,)))

    def isolation(self) -> str:
        """What its jail reaches, once it has warmed up. Raises what `opened.probe` raises."""
        try:
            found = self._channel.recv()
        except EOFError:
            raise JailError("the process that was to try it has ended") from None
        if isinstance(found, PagebeamError):
            raise found
        return str(found)

    def work(self, environment: Mapping[str, str], log: str) -> None:
        """Has it work for the pipeline that the environment tells of; what it says goes to the file `log`."""
        self._channel.send((_work, (dict(environment), log)))

    def wait(self) -> None:
        """Until it has ended."""
        with contextlib.suppress(EOFError, ConnectionError):
            while True:
                self._channel.recv()
        self.end()

    def end(self) -> None:
        """Ends it, where it has not ended."""
        self._channel.close()


class Nursery:
    """Forks workers, which end when it is closed or this process ends."""

    def __init__(self) -> None:
        self._warm: list[Worker] = []
        self._orders, theirs = socket.socketpair()
        self._pid = _fork(_serve, theirs, self._orders)
        theirs.close()

    def probe(self, min_isolation: str) -> str:
        """As `opened.probe`, by a worker that will be taken first."""
        self.warm_up(1, min_isolation)
        return self._warm[0].isolation()

    def warm_up(self, count: int, min_isolation: str) -> None:
        """Sees to so many workers that warm up or are warm."""
        while len(self._warm) < count:
            self._warm.append(self._fork())
            self._warm[-1].warm_up(min_isolation)

    def take(self) -> Worker:
        """A worker that has no work yet."""
        return self._warm.pop(0) if self._warm else self._fork()

    def close(self) -> None:
        """Ends what it holds, and waits for the end of all that it has forked."""
        for worker in self._warm:
            worker.end()
        self._orders.close()
        os.waitpid(self._pid, 0)

    def _fork(self) -> Worker:
        ours, theirs = Pipe()
        with theirs:
            socket.send_fds(self._orders, [b"worker"], [theirs.fileno()])
        return Worker(ours)


def _serve(orders: socket.socket) -> None:
    """In the nursery: forks a worker for each channel that comes; at the end waits for all of them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the launcher and those who work
    while descriptors := socket.recv_fds(orders, 16, 1)[1]:
        channel = Connection(descriptors[0])
        _fork(_be_worker, channel, orders)
        channel.close()
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def _be_worker(channel: Connection) -> None:
    """In a worker: does what it is asked until it has worked, or nobody can ask any more."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        while True:
            act, arguments = channel.recv()
            if act is _work:
                threading.Thread(target=_end_with, args=(channel,), daemon=True).start()
            if act(channel, *arguments):
                return
    except (EOFError, KeyboardInterrupt):
        pass
    finally:
        opened.jail().close()  # it would end by itself, but nobody would wait for it


def _warm_up(channel: Connection, min_isolation: str) -> bool:
    try:
        found: str | PagebeamError = opened.probe(min_isolation)
    except PagebeamError as error:
        found = error
    channel.send(found)
    for name in _LATER:
        importlib.import_module(name)
    return False


def _work(_: Connection, environment: dict[str, str], log: str) -> bool:
    from apache_beam.runners.worker import sdk_worker_main

    with open(log, "ab", 0) as file:
        for descriptor in (1, 2):
            os.dup2(file.fileno(), descriptor)
    os.environ.update(environment)
    sdk_worker_main.main([])
    return True


def _end_with(channel: Connection) -> None:
    """Ends this process at once when the launcher has: what is half done is done again by the next start."""
    with contextlib.suppress(EOFError, OSError):
        channel.recv()
    os._exit(1)


def _fork(main: Callable[[Any], None], argument: Any, not_theirs: socket.socket) -> int:
    """A child of this process that does nothing but `main`, without what this one has still to do at its end."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        not_theirs.close()
        _only(main, argument)
    return pid


def _only(main: Callable[[Any], None], argument: Any) -> NoReturn:
    code = 1
    try:
        main(argument)
        code = 0
    except KeyboardInterrupt:
        pass
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(Exception):
            sys.stderr.flush()
        os._exit(code)
