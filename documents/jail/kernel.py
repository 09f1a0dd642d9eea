"""Calls to the kernel that Python has no function for."""

from __future__ import annotations

import contextlib
import ctypes
import os
from typing import Any

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_libc = ctypes.CDLL(None, use_errno=True)
_libc_locked = ctypes.PyDLL(None, use_errno=True)  # its calls keep the interpreter's lock


def call(number: int, *arguments: Any) -> int:
    """A system call by its number. Raises OSError."""
    words = [ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments]
    return _checked(_libc.syscall(ctypes.c_long(number), *words))


def fork() -> int:
    """As `os.fork`, for a process with one thread: without what Python does for others, which costs a child more time
    than its start. `random` is not seeded anew: all children of a process draw the same numbers. Raises OSError."""
    return _checked(_libc_locked.fork())


def release_memory() -> None:
    """Gives back what was freed within the heap: clones find it empty then, and need not copy what it held."""
    with contextlib.suppress(AttributeError):  # a C library without it
        _libc.malloc_trim(0)


def die_with_parent(signal: int) -> None:
    """Has this process sent a signal when the thread that started it ends."""
    _checked(_libc.prctl(_PR_SET_PDEATHSIG, signal))


def gain_no_privileges() -> None:
    """From now on no program that this process starts has more rights than it; what every filter asks for."""
    _checked(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return int(result)
