"""Processes that a test started, and those that they started in turn."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator

import pytest

MARK = "PAGEBEAM_TEST_MARK"


def wait_for(what: Callable[[], object], seconds: float = 90.0) -> None:
    """Looks until something is so; fails the test where it does not come."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, f"waited {seconds:g} s in vain"
        time.sleep(0.02)


def marked(mark: str) -> list[int]:
    """Living processes, this one left out, whose environment bears the mark."""
    if sys.platform != "linux":
        pytest.skip("processes are found through /proc")
    needle = f"{MARK}={mark}".encode()
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            with contextlib.suppress(OSError), open(f"/proc/{name}/environ", "rb") as file:
                if needle in file.read().split(b"\0"):
                    found.append(int(name))
    return found


@contextlib.contextmanager
def ended_at_last(mark: str) -> Iterator[None]:
    """Whatever happens in the block, nothing that bears the mark is left running by the test itself."""
    try:
        yield
    finally:
        for pid in marked(mark):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
