"""Thousands of damaged files through the whole job.

    python -m benchmarks.fuzz [--count 5000] [--seed 0] [--workers 2] [--folder DIFFICULT] [--keep]

Mutations (benchmarks.mutations) of the sample archive, and of the files below --folder too, are read by the job with
its stand-in engine, in waves, with a whole file between every twenty. All must be so: exit code 0, one row for each
file, the whole files read as they are without neighbours, no more internal errors than the job allows itself, nothing
left behind. Prints the figures as JSON; the exit code says whether all was so.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.mutations import mutated
from benchmarks.runs import Ran, Workplace, miscounted, rows, workplace
from documents import media
from pipelines.exit_codes import MOST_INTERNAL_ERRORS
from pipelines.samples.archive import samples

WHOLE = ("invoices/letter.pdf", "scans/small.gif", "scans/palette.png", "scans/three pages.tif", "photos/receipt.jpg")
WHOLE_EVERY = 20  # damaged files
LARGEST_SOURCE = 200_000  # bytes: small files are damaged where it matters more often than large ones
WAVE, PAGES = 500, 2
SECONDS_A_FILE = 3.0  # that a run may take at most, on one core: a limit for hangs alone
_SAME = ("status", "reason", "page_count", "pages_read", "words", "media_type", "bytes")


def make(folder: Path, count: int, seed: int, more: list[Path]) -> tuple[list[str], list[str]]:
    """Writes damaged and whole files below `folder`; gives the paths of the damaged and of the whole."""
    archive = {sample.name: sample.data for sample in samples(seed)}
    sources = [*archive.items(), *((path.name, path.read_bytes()) for path in more)]
    small = [(name, data) for name, data in sources if 0 < len(data) <= LARGEST_SOURCE and media.sniff(data[:1024])]
    damaged, whole = [], []
    for number, (name, done, data) in enumerate(mutated(seed, small, count)):
        path = folder / f"{number // 1000:02d}" / f"{number:05d} {done} {Path(name).name}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        damaged.append(str(path))
        if number % WHOLE_EVERY == 0:
            name = WHOLE[number // WHOLE_EVERY % len(WHOLE)]
            path = path.with_name(f"{number:05d} whole {Path(name).name}")
            path.write_bytes(archive[name])
            whole.append(str(path))
    return damaged, whole


def judge(place: Workplace, ran: Ran, damaged: list[str], whole: list[str]) -> dict[str, Any]:
    """The figures of one run, and in `faults` what should not be."""
    output = place.folder / "out"
    documents = rows(output, "documents") if (output / "tables").exists() else []
    failures = rows(output, "failures") if documents else []
    by_uri = {row["uri"]: row for row in documents}
    unforeseen = [row for row in failures if row["error"] == "internal_error"]
    lost = [uri for uri in whole if _seen(by_uri.get(uri)) != _seen(_alone(place)[Path(uri).name.split(" whole ")[1]])]
    silent = {row["uri"] for row in documents if row["status"] == "failed"} - {row["uri"] for row in failures}
    faults = {
        "exit code": ran.code,
        "files without exactly one row": miscounted(documents, {*damaged, *whole}),
        "whole files lost": lost,
        "failed without a failure": sorted(silent),
        "internal errors over the limit": max(0, len(unforeseen) - int(MOST_INTERNAL_ERRORS * len(by_uri))),
        "leftovers": ran.leftovers,
    }
    return {
        "files": len(damaged),
        "whole files": len(whole),
        "endings": dict(Counter(_ending(row) for row in documents).most_common()),
        "page failures": dict(Counter(row["error"] for row in failures if row["page"] is not None).most_common()),
        "internal errors": [(row["uri"], row["stage"], row["message"]) for row in unforeseen],
        "seconds": round(ran.seconds, 1),
        "CPU seconds a file": round(ran.cpu_seconds / (len(damaged) + len(whole)), 3),
        "slowest": _slowest(documents),
        "faults": {name: found for name, found in faults.items() if found},
        **({"errors": ran.errors} if ran.code else {}),
    }


def _alone(place: Workplace) -> dict[str, dict[str, Any]]:
    return {Path(row["uri"]).name: row for row in rows(place.folder / "alone", "documents")}


def _seen(row: dict[str, Any] | None) -> dict[str, Any] | None:
    return row and {name: row[name] for name in _SAME}


def _ending(row: dict[str, Any]) -> str:
    return f"{row['status']}: {row['reason']}" if row["reason"] else str(row["status"])


def _slowest(documents: list[dict[str, Any]]) -> list[tuple[float, str, str]]:
    longest = sorted(documents, key=lambda row: -float(row["cpu_seconds"]))[:5]
    return [(round(row["cpu_seconds"], 1), Path(row["uri"]).name, _ending(row)) for row in longest]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=5000, help="damaged files (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="files that are damaged beside the sample archive's")
    parser.add_argument("--keep", action="store_true", help="leave files and output where they are, and say where")
    given = parser.parse_args()
    more = sorted(path for path in given.folder.rglob("*") if path.is_file()) if given.folder else []
    with workplace("pagebeam-fuzz-", given.keep) as place:
        damaged, whole = make(place.folder / "in", given.count, given.seed, more)
        alone = place.folder / "alone in"
        alone.mkdir()
        for path in {Path(uri).name.split(" whole ")[1]: uri for uri in whole}.values():
            shutil.copy(path, alone / Path(path).name.split(" whole ")[1])
        common = ["--run", "fuzz", "--engine", "standin", "--no_gallery", f"--wave_size={WAVE}", f"--max_pages={PAGES}"]
        undisturbed = place.run("--input", str(alone), "--output", str(place.folder / "alone"), *common, limit=300)
        if undisturbed.code:
            raise SystemExit(f"the whole files alone: exit code {undisturbed.code}\n{undisturbed.errors}")
        ran = place.run(
            *("--input", str(place.folder / "in"), "--output", str(place.folder / "out"), *common),
            f"--direct_num_workers={given.workers}",
            limit=120 + SECONDS_A_FILE * given.count,
        )
        figures = {"seed": given.seed, "workers": given.workers, **judge(place, ran, damaged, whole)}
    print(json.dumps(figures, indent=1, ensure_ascii=False))
    return int(bool(figures["faults"]))


if __name__ == "__main__":
    sys.exit(main())
