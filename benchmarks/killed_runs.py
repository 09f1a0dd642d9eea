"""Runs that are killed in the middle and started again, held against one that was not.

    python -m benchmarks.killed_runs [--documents 500] [--runs 10] [--wave_size 100] [--workers 1] [--seed 1]

Makes small documents, lets the job do them undisturbed (stand-in engine), then starts it again for each run, kills its
whole process group (SIGKILL) when a drawn number of pages and documents has ended, up to two seconds later, and goes on
with the same command until it ends. The numbers are spread over 95 % of the run; every second run is a nightly one.
Compares all rows (but for the columns that may differ, `schemas.records.VOLATILE`) and the bytes of all PDFs, and looks
which waves were written again. Linux only.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

from pipelines.progress import reached
from tests import small_files
from tests.processes import MARK, marked, wait_for
from tests.small_runs import overlays, rows, tables

RUN = "killed"
TABLES = ("documents", "pages", "tokens", "failures")


def make_documents(folder: Path, count: int) -> None:
    """Pictures, scans of one to three pages, text, copies, and one in ten that cannot be read."""
    kinds = [
        ("png", lambda seed: small_files.png(3, seed)),
        ("pdf", lambda seed: small_files.scan_pdf([2], seed)),
        ("pdf", lambda seed: small_files.scan_pdf([2, 0, 3], seed)),
        ("pdf", lambda seed: small_files.text_pdf([f"Letter number {seed}", ""])),
        ("png", lambda seed: small_files.png(1, seed)),
        ("pdf", lambda seed: small_files.stamped_scan_pdf(4, f"Received {seed}")),
        ("png", lambda seed: small_files.png(5, seed)),
        ("pdf", lambda seed: small_files.scan_pdf([1, 1], seed)),
        ("png", lambda seed: small_files.png(2, 0)),
        ("pdf", lambda seed: [small_files.cut_pdf(), small_files.encrypted_pdf(), b"", b"text"][seed // 10 % 4]),
    ]
    for number in range(count):
        ending, make = kinds[number % len(kinds)]
        small_files.put(folder / f"{number // 50:03d}" / f"{number:05d}.{ending}", make(number))


def start(module: str, source: Path, output: Path, options: list[str]) -> subprocess.Popen[bytes]:
    """The job in a process group of its own."""
    given = ["--input", str(source), "--output", str(output), "--run", RUN, "--engine", "standin"]
    return subprocess.Popen(
        [sys.executable, "-m", module, *given, *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def written(output: Path) -> dict[str, int]:
    """When each part file and each PDF was written."""
    found = [path for folder in ("tables", "overlays") for path in (output / folder).rglob("*.p*") if path.is_file()]
    return {str(path.relative_to(output)): path.stat().st_mtime_ns for path in found}


def waves_of(parts: set[str]) -> set[str]:
    return {part.split("part-")[1][:5] for part in parts if "part-" in part}


def ended(output: Path) -> int:
    """Pages and documents that the present start has ended, as its progress line has them."""
    count = 0
    for folder in (output / "runs" / RUN / "scratch").glob("progress-*"):
        with contextlib.suppress(FileNotFoundError):  # it is being made, or is gone already
            count += sum(reached(str(folder)).values())
    return count


def killed_run(
    module: str, source: Path, output: Path, options: list[str], most: int, seconds: float
) -> dict[str, Any]:
    """One run: killed `seconds` after `most` pages and documents have ended, and started again."""
    mark = uuid.uuid4().hex
    os.environ[MARK] = mark
    job = start(module, source, output, options)
    begun = time.monotonic()
    while ended(output) < most and job.poll() is None:
        time.sleep(0.05)
    time.sleep(seconds)
    after_seconds = time.monotonic() - begun
    was_running = job.poll() is None
    if was_running:
        os.killpg(job.pid, signal.SIGKILL)
    job.wait()
    wait_for(lambda: not marked(mark), 20)
    before = written(output)
    whole = {path.name[5:10] for path in (output / "runs" / RUN / "waves").glob("wave-*.json")}
    again = start(module, source, output, options).wait()
    wait_for(lambda: not marked(mark), 20)
    after = written(output)
    changed = waves_of({name for name, when in before.items() if after.get(name) != when})
    left = [
        path.name for path in (output / "runs" / RUN).rglob("*") if path.suffix == ".partial" or path.name == "lock"
    ]
    return {
        "module": module,
        "killed_after_s": round(after_seconds, 1),
        "ended_then": most,
        "killed": was_running,
        "waves_whole_then": len(whole),
        "waves_done_again": len(changed),
        "whole_waves_touched": len(changed & whole),
        "exit_code": again,
        "left_behind": left + (["scratch"] if (output / "runs" / RUN / "scratch").exists() else []),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--documents", type=int, default=500)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--wave_size", type=int, default=100)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    options = [f"--direct_num_workers={arguments.workers}", f"--wave_size={arguments.wave_size}", "--no_gallery"]
    moments = random.Random(arguments.seed)
    failed = killed = 0
    with tempfile.TemporaryDirectory(prefix="pagebeam-killed-") as scratch:
        source = Path(os.path.realpath(scratch), "in")
        make_documents(source, arguments.documents)
        undisturbed = source.with_name("undisturbed")
        if start("pipelines.backfill", source, undisturbed, options).wait() != 0:
            raise SystemExit("the undisturbed run went wrong")
        wanted, wanted_pdfs = tables(undisturbed), overlays(undisturbed)
        counts = {table: len(wanted[table]) for table in TABLES}
        print(json.dumps({**counts, "pdfs": len(wanted_pdfs)}), flush=True)
        for number in range(arguments.runs):
            output = source.with_name(f"out-{number}")
            module = ("pipelines.backfill", "pipelines.nightly")[number % 2]
            share = (number + moments.random()) / arguments.runs
            most = int(0.95 * share * (counts["documents"] + counts["pages"]))
            figures = killed_run(module, source, output, options, most, 2 * moments.random())
            found = Counter(row["uri"] for row in rows(output, "documents"))
            expected = {row["uri"] for row in wanted["documents"]}
            figures["documents_doubled"] = sum(count - 1 for count in found.values())
            figures["documents_lost"] = len(expected - set(found))
            figures["rows_equal"] = tables(output) == wanted
            figures["pdfs_equal"] = overlays(output) == wanted_pdfs
            good = figures["rows_equal"] and figures["pdfs_equal"] and figures["exit_code"] == 0
            good = good and figures["waves_done_again"] <= 1 and not figures["whole_waves_touched"]
            killed += figures["killed"]
            failed += not (good and not figures["left_behind"])
            print(json.dumps(figures), flush=True)
    print(json.dumps({"runs": arguments.runs, "killed": killed, "that_differ": failed}))
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
