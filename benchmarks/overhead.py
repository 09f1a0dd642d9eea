"""What Beam costs: CPU time of the job over that of the same functions in a plain loop; what a second worker brings.

    python -m benchmarks.overhead FOLDER [--pages 100] [--engine standin] [--repeats 3]

Takes the first `--pages` pictures of FOLDER. Each variant runs in a process of its own, in turns, `--repeats` times;
the figures are user + system CPU seconds with all children, and the smallest of each variant counts. The loop does one
stage for all documents before the next, as the job's shuffles make it; `by document` fetches each document once and is
done with it before the next instead, which no job could that spreads documents over workers.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def pictures(folder: str, count: int) -> list[Path]:
    found = sorted(path for path in Path(folder).rglob("*") if path.suffix.lower() in {".jpg", ".png"})
    if len(found) < count:
        raise SystemExit(f"{folder} has {len(found)} pictures, {count} are needed")
    return found[:count]


def _measure(command: list[str]) -> dict[str, float]:
    """CPU and wall seconds of a command and all that it starts."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - begun
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu": cpu, "wall": wall}


def _loop(folder: str, output: str, engine: str, by_stage: bool) -> None:
    from benchmarks import plain_loop
    from models.engines import open_engine
    from pipelines.options import parse

    settings, _ = parse(["--input", folder, "--output", output, "--run", "loop", "--engine", engine])
    plain_loop.Loop(settings, open_engine(engine)).run(by_stage)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--engine", default="standin")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--loop-only", metavar="OUTPUT", help=argparse.SUPPRESS)
    parser.add_argument("--by-stage", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.loop_only:
        _loop(arguments.folder, arguments.loop_only, arguments.engine, arguments.by_stage)
        return
    with tempfile.TemporaryDirectory(prefix="pagebeam-overhead-") as scratch:
        chosen, empty = Path(scratch, "pages"), Path(scratch, "empty")
        for folder in (chosen, empty):
            folder.mkdir()
        for number, picture in enumerate(pictures(arguments.folder, arguments.pages)):
            shutil.copy(picture, chosen / f"{number:04d}{picture.suffix}")
        Path(empty, "note.txt").write_text("no page at all: what starting and ending costs")
        best: dict[str, dict[str, float]] = {}
        for repeat in range(arguments.repeats):
            for folder in (chosen, empty):
                for name, command in _variants(str(folder), f"{scratch}/out-{repeat}", arguments.engine).items():
                    figures = _measure(command)
                    key = f"{name}, {folder.name}"
                    if key not in best or figures["cpu"] < best[key]["cpu"]:
                        best[key] = figures
        print(json.dumps(_report(best, arguments.pages), indent=1))


def _variants(folder: str, output: str, engine: str) -> dict[str, list[str]]:
    job = [sys.executable, "-m", "pipelines.backfill", "--input", folder, "--engine", engine, "--no_gallery"]
    loop = [sys.executable, "-m", "benchmarks.overhead", folder, "--engine", engine]
    name = os.path.basename(folder)
    return {
        "loop": [*loop, "--loop-only", f"{output}-loop-{name}", "--by-stage"],
        "loop by document": [*loop, "--loop-only", f"{output}-documents-{name}"],
        "one worker": [*job, "--output", f"{output}-one-{name}", "--direct_num_workers", "1"],
        "two workers": [*job, "--output", f"{output}-two-{name}", "--direct_num_workers", "2"],
    }


def _report(best: dict[str, dict[str, float]], pages: int) -> dict[str, object]:
    """Ratios with the start-up (the same command over a folder without a page) taken off, and without."""
    cpu = {name: best[f"{name}, pages"]["cpu"] for name in ("loop", "loop by document", "one worker", "two workers")}
    net = {name: cpu[name] - best[f"{name}, empty"]["cpu"] for name in cpu}
    wall = {name: best[f"{name}, pages"]["wall"] for name in cpu}
    return {
        "pages": pages,
        "cpu_seconds": {name: round(value, 2) for name, value in cpu.items()},
        "cpu_seconds_without_start": {name: round(value, 2) for name, value in net.items()},
        "job_over_loop": round(cpu["one worker"] / cpu["loop"], 3),
        "job_over_loop_by_document": round(cpu["one worker"] / cpu["loop by document"], 3),
        "job_over_loop_without_start": round(net["one worker"] / net["loop"], 3),
        "two_workers_over_one": round(cpu["two workers"] / cpu["one worker"], 3),
        "two_workers_over_one_without_start": round(net["two workers"] / net["one worker"], 3),
        "wall_seconds": {name: round(value, 2) for name, value in wall.items()},
        "wall_gain_of_the_second_worker": round(wall["one worker"] / wall["two workers"], 2),
    }


if __name__ == "__main__":
    main()
