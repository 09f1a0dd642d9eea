"""What a program costs: CPU seconds of it and all that it starts, and wall clock."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
THREADS = ("OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Cost:
    """Filled when the block of `measured` ends."""

    cpu = 0.0  # seconds, user + system, of all processes that ended in the block
    wall = 0.0  # seconds


@contextmanager
def measured() -> Iterator[Cost]:
    """The cost of what the block starts and waits for, without this process's own."""
    cost, before, begun = Cost(), resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    yield cost
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cost.wall = time.monotonic() - begun
    cost.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run(command: Sequence[str]) -> str:
    """Runs a program from the repository's root with one thread a process; gives what it prints.

    Raises RuntimeError, with the end of what it said, where it fails.
    """
    environment = {**os.environ, **dict.fromkeys(THREADS, "1")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def run_side_by_side(commands: Sequence[Sequence[str]], processes: int) -> None:
    """Runs programs, so many at a time."""
    with ThreadPoolExecutor(processes) as pool:
        list(pool.map(run, commands))
