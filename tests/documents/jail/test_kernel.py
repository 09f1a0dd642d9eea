"""Processes of their own do all this: pytest's has threads, and walls cannot be taken down again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from documents.jail import seccomp, syscalls

REPOSITORY = Path(__file__).parents[3]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="calls of Linux's kernel")


def told(program: str) -> str:
    """What a program of its own says."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout


def test_a_fork_is_a_process_of_its_own_without_the_hooks_for_threads() -> None:
    program = """
import os, threading
from documents.jail import kernel
os.register_at_fork(after_in_child=lambda: print("a hook", flush=True))
value, parent = 1, os.getpid()
pid = kernel.fork()
if pid == 0:
    value = 2
    os._exit(7 if os.getpid() != parent and os.getppid() == parent else 1)
_, status = os.waitpid(pid, 0)
print(os.waitstatus_to_exitcode(status), value)
"""
    assert told(program).split() == ["7", "1"]


def test_a_fork_that_fails_is_an_error() -> None:
    program = """
import resource
from documents.jail import kernel
resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
import os
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    kernel.fork()
except OSError as error:
    print(error.errno)
"""
    assert told(program).split() == ["11"]


@pytest.mark.parametrize("machine", syscalls.MACHINES)
def test_a_filter_is_assembled_once(machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: machine)
    seccomp._assembled.cache_clear()
    seccomp.prepare()
    monkeypatch.setattr(seccomp, "_rules", lambda: pytest.fail("assembled again"))
    assert seccomp.program(machine, 1) != seccomp.program(machine, 2)
