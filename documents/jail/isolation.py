"""The walls around a jailed process, and which of them hold on this machine: tried, not assumed."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Collection

from documents.jail import landlock, seccomp

LEVELS = ("limits", "seccomp", "landlock")  # from the weakest on; each has the walls of those before it
_STOPPED, _NOT_STOPPED = 0, 1  # how an attempt ends


@dataclasses.dataclass(frozen=True)
class Walls:
    """What stands around a process beside its limits."""

    seccomp: bool = False
    rules: int | None = None  # the descriptor of Landlock's rules

    @property
    def level(self) -> str:
        """One of LEVELS."""
        return LEVELS[0] if not self.seccomp else LEVELS[1] if self.rules is None else LEVELS[2]


def at_least(level: str, wanted: str) -> bool:
    """Whether a level has all the walls of another."""
    return LEVELS.index(level) >= LEVELS.index(wanted)


def lowest(levels: Collection[str]) -> str | None:
    """The weakest of them; None where there is none."""
    return min(levels, key=LEVELS.index, default=None)


def no_descriptors() -> None:
    """From now on no file can be opened and no socket made, on any system; what is open stays so."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def confine(walls: Walls) -> None:
    """Puts this process behind the walls, for good. Raises OSError where one does not stand."""
    if walls.rules is not None:
        landlock.restrict(walls.rules)
    if walls.seccomp:
        seccomp.install()


def prepare(walls: Walls) -> None:
    """Does beforehand what `confine` need not do anew in every process."""
    if walls.seccomp:
        seccomp.prepare()


def probed() -> Walls:
    """The walls that hold, found by having child processes run against each. For a process with one thread."""
    if sys.platform != "linux":
        return Walls()
    rules = None
    with contextlib.suppress(OSError):
        rules = landlock.ruleset()
        if not all(_tried(Walls(rules=rules), attempt) == _STOPPED for attempt in (_open_a_file, _run_a_program)):
            os.close(rules)
            rules = None
    filtered = Walls(seccomp=True)
    holds = _tried(filtered, _open_a_file) == _STOPPED and all(
        _tried(filtered, attempt) == -signal.SIGSYS for attempt in (_make_a_socket, _run_a_program, _fork)
    )
    return Walls(holds, rules)


def _tried(walls: Walls, attempt: Callable[[], None]) -> int:
    """How a child ended that did this behind the walls."""
    pid = os.fork()
    if pid == 0:
        code = _NOT_STOPPED
        try:
            confine(walls)
            code = _ended(attempt)
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _ended(attempt: Callable[[], None]) -> int:
    try:
        attempt()
    except PermissionError:
        return _STOPPED
    return _NOT_STOPPED


def _open_a_file() -> None:
    os.close(os.open("/", os.O_RDONLY))


def _make_a_socket() -> None:
    socket.socket(socket.AF_UNIX).close()


def _run_a_program() -> None:
    os.execv(sys.executable, [sys.executable, "--version"])


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)
