"""Peak memory of the job's worker and its children.

    python -m benchmarks.memory FOLDER [--engine native]

Runs the job with one worker over FOLDER and looks every 50 ms at the resident memory of the worker's process tree,
shared pages counted once (PSS). Linux only.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += tree(int(child))
    return found


def resident(pid: int) -> int:
    """Proportional resident bytes of a process; 0 when it has gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--engine", default="native")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pagebeam-memory-") as scratch:
        command = [
            sys.executable,
            "-m",
            "pipelines.backfill",
            "--input",
            arguments.folder,
            "--output",
            f"{scratch}/out",
        ]
        command += ["--engine", arguments.engine, "--direct_num_workers", "1"]
        job = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        peak, parts = 0, 0
        while job.poll() is None:
            sizes = [resident(pid) for pid in tree(job.pid)]
            if sum(sizes) > peak:
                peak, parts = sum(sizes), len(sizes)
            time.sleep(0.05)
        print(job.stdout.read() if job.stdout else "")
    print(json.dumps({"peak_mb": round(peak / 1e6), "processes_at_peak": parts, "exit_code": job.returncode}))
    return job.returncode


if __name__ == "__main__":
    sys.exit(main())
