"""The job as a person starts it, in a process of its own, and what it leaves behind: rows, processes, files."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds

from pipelines.options import parse

MARK = "PAGEBEAM_RUN_MARK"  # in the environment of everything that a run starts
ROOT = Path(__file__).parents[1]
_GRACE_SECONDS = 15.0  # from the job's end to that of its last process


@dataclasses.dataclass(frozen=True)
class Ran:
    """A run that has ended."""

    code: int
    seconds: float  # wall clock
    cpu_seconds: float  # of all its processes
    leftovers: list[str]  # processes, temporary files, shared memory, scratch folders
    errors: str  # the end of what it said on stderr


class Workplace:
    """A folder for runs, with a place for temporary files of their own."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()
        self.mark = uuid.uuid4().hex

    def start(
        self, *arguments: str, environment: Mapping[str, str] | None = None, module: str = "pipelines.backfill"
    ) -> subprocess.Popen[bytes]:
        """Starts the job; what it says goes to a file."""
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        added = {MARK: self.mark, "TMPDIR": str(self.temporary), "PYTHONPATH": path, **(environment or {})}
        with open(self.folder / "stderr.txt", "wb") as errors:
            return subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=self.folder,
                env={**os.environ, **added},
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
            )

    def run(
        self,
        *arguments: str,
        limit: float,
        environment: Mapping[str, str] | None = None,
        module: str = "pipelines.backfill",
        watch: Callable[[subprocess.Popen[bytes]], None] = lambda _: None,
    ) -> Ran:
        """Runs the job to its end, which comes after `limit` seconds (code 124) if not before.

        `watch` is called once a second while it runs.
        """
        shared, begun, cpu = _shared_memory(), time.monotonic(), _children_cpu()
        process = self.start(*arguments, environment=environment, module=module)
        code = None
        while code is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = process.wait(1.0)
            watch(process)
            if code is None and time.monotonic() - begun > limit:
                process.kill()
                process.wait()
                code = 124
        seconds = time.monotonic() - begun
        leftovers = self._leftovers(shared, parse(list(arguments))[0].scratch)
        errors = (self.folder / "stderr.txt").read_text(errors="replace")[-2000:]
        return Ran(code, seconds, _children_cpu() - cpu, leftovers, errors)

    def processes(self) -> list[int]:
        """Those that bear the mark."""
        needle, found = f"{MARK}={self.mark}".encode(), []
        for name in os.listdir("/proc") if os.path.isdir("/proc") else []:
            if name.isdigit():
                with contextlib.suppress(OSError), open(f"/proc/{name}/environ", "rb") as file:
                    if needle in file.read().split(b"\0"):
                        found.append(int(name))
        return found

    def _leftovers(self, shared: set[str], scratch: str) -> list[str]:
        end = time.monotonic() + _GRACE_SECONDS
        while (living := self.processes()) and time.monotonic() < end:
            time.sleep(0.1)
        left = [f"process {pid}" for pid in living]
        left += [f"temporary {path.name}" for path in self.temporary.iterdir()]
        left += [f"shared memory {name}" for name in _shared_memory() - shared]
        left += [scratch] if os.path.exists(scratch) else []
        return left

    def end(self) -> None:
        """Kills whatever still runs."""
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def workplace(prefix: str, keep: bool = False) -> Iterator[Workplace]:
    """A fresh workplace, which is gone at the end unless it is to be kept."""
    folder = tempfile.mkdtemp(prefix=prefix)
    place = Workplace(folder)
    try:
        yield place
    finally:
        place.end()
        if keep:
            print(f"kept: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def rows(output: Path | str, table: str, *columns: str) -> list[dict[str, Any]]:
    """Rows of one table, in the order of files and pages."""
    found: list[dict[str, Any]] = ds.dataset(f"{output}/tables/{table}", format="parquet").to_table().to_pylist()
    names = columns or tuple(found[0]) if found else ()
    found.sort(key=lambda row: [str(row.get(name)).zfill(9) for name in ("uri", "page", "line", "word", "error")])
    return [{name: row[name] for name in names} for row in found]


def miscounted(documents: list[dict[str, Any]], expected: set[str]) -> dict[str, int]:
    """How many rows each entry has that does not have exactly one."""
    counts = Counter(str(row["uri"]) for row in documents)
    return {uri: counts[uri] for uri in expected | set(counts) if counts[uri] != 1 or uri not in expected}


def _shared_memory() -> set[str]:
    return set(os.listdir("/dev/shm")) if os.path.isdir("/dev/shm") else set()


def _children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
