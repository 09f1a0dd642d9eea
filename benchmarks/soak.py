"""A thousand small files, among them 2 % of each fault, through the whole job.

    python -m benchmarks.soak [--count 1000] [--workers 2] [--share 0.02] [--wave_size 250] [--keep]

The faults are those of benchmarks.faults: a parser that hangs, that crashes, that eats the memory; a slow storage,
storage errors that pass and that stay, a disk that is full when an overlay is written, a worker that is killed in the
middle of a bundle. The local runner ends with a killed worker, and is started again with the same --run, as a service
manager would. All must be so: every file has one row, the whole ones are done with all their words, each other one
ends as its fault says, and nothing is left behind. Prints the figures as JSON, with the memory of the process that
lived longest; the exit code says whether all was so.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from benchmarks.faults import SCHEME, moods
from benchmarks.runs import Ran, Workplace, miscounted, rows, workplace
from transforms.elements import shard_of
from transforms.plan_waves import waves_for

SIDES = (200, 260)  # pixels
_SECONDS_A_FILE = 3.0  # that one start may take at most


class Kind(NamedTuple):
    """A fault, and how its files must end."""

    ending: tuple[str, str | None]
    fault: str = ""  # what a file of it holds
    error: str | None = None  # of the row in the failures table
    attempts: int = 1


KINDS = {
    "good": Kind(("done", None)),
    "hang inspect": Kind(("failed", "timeout"), "FAULT hang inspect", "timeout"),
    "hang render": Kind(("failed", "timeout"), "FAULT hang render", "timeout"),
    "segfault": Kind(("failed", "parser_crash"), "FAULT crash render", "parser_crash"),
    "memory bomb": Kind(("failed", "memory_limit"), "FAULT eat inspect", "memory_limit"),
    "slow storage": Kind(("done", None)),
    "passing errors": Kind(("done", None)),
    "staying errors": Kind(("failed", "source_unreadable"), "", "source_unreadable", 5),
    "full disk": Kind(("done", "overlay_failed"), "", "output_unwritable"),
    "killer": Kind(("done", None)),
    "killer later": Kind(("done", None)),
}
_SHARED = {"hang inspect": 2, "hang render": 2, "killer": 2, "killer later": 2}  # one fault in two kinds


def picture(words: int, chance: random.Random) -> bytes:
    """White paper with dark boxes, as many as the stand-in engine is to name, no two pictures alike."""
    image = Image.new("RGB", SIDES, "white")
    for word in range(words):
        left, top = 20 + 90 * (word % 2), 20 + 30 * (word // 2)
        shade = tuple(chance.randrange(90) for _ in range(3))
        image.paste(shade, (left, top, left + 40, top + 12))
    sink = io.BytesIO()
    image.save(sink, "PNG")
    return sink.getvalue()


def make(folder: Path, count: int, share: float, wave_size: int) -> dict[str, tuple[str, int]]:
    """Writes the files; gives kind and number of words by URI. Whoever kills has a place in the first wave."""
    folder.mkdir()
    chance = random.Random(0)
    kinds = [kind for kind in KINDS for _ in range(round(count * share / _SHARED.get(kind, 1))) if kind != "good"]
    kinds += ["good"] * (count - len(kinds))
    chance.shuffle(kinds)
    made = {}
    for number, kind in enumerate(kinds):
        uri, tried = "", 0
        while not uri or (kind.startswith("killer") and shard_of(uri, waves_for(count, wave_size)) != 0):
            uri, tried = f"{SCHEME}://{folder}/{number:05d} {kind}{'~' * tried}.png", tried + 1
        words = chance.randrange(1, 9)
        Path(uri.removeprefix(f"{SCHEME}://")).write_bytes(picture(words, chance) + KINDS[kind].fault.encode())
        made[uri] = kind, words
    return made


def judge(place: Workplace, ran: list[Ran], made: dict[str, tuple[str, int]]) -> dict[str, Any]:
    """The figures of all starts, and in `faults` what should not be."""
    documents, failures = (rows(place.folder / "out", table) for table in ("documents", "failures"))
    told = {row["uri"]: (row["error"], row["attempts"]) for row in failures}
    wrong: dict[str, Any] = {}
    for row in documents:
        kind, words = made[row["uri"]]
        wanted = KINDS[kind]
        ending = (row["status"], row["reason"])
        if ending != wanted.ending or (ending[0] == "done" and row["words"] != words):
            wrong[row["uri"]] = (*ending, row["words"])
        elif told.get(row["uri"]) != (wanted.error and (wanted.error, wanted.attempts)):
            wrong[row["uri"]] = told.get(row["uri"])
    faults = {
        "exit code": ran[-1].code,
        "files without exactly one row": miscounted(documents, set(made)),
        "wrong endings": wrong,
        "leftovers": [one for start in ran for one in start.leftovers if not one.startswith("/") or start is ran[-1]],
    }
    summary = json.loads((place.folder / "out" / "runs" / "soak" / "summary.json").read_text())
    return {
        "files": dict(Counter(kind for kind, _ in made.values())),
        "endings": dict(Counter(f"{row['status']}: {row['reason']}" for row in documents).most_common()),
        "starts": len(ran),
        "seconds": round(sum(start.seconds for start in ran), 1),
        "CPU seconds": round(sum(start.cpu_seconds for start in ran), 1),
        "retries": summary["retries"],
        "faults": {name: found for name, found in faults.items() if found},
    }


class Memory:
    """Resident memory over the life of each process that does the job's work, the parsers' left out."""

    def __init__(self) -> None:
        self.samples: dict[int, list[tuple[float, float]]] = defaultdict(list)  # seconds, MB by process

    def watch(self, workers: int) -> Callable[[subprocess.Popen[bytes]], None]:
        """Samples the launcher where it does the work itself, or else its workers."""

        def sample(process: subprocess.Popen[bytes]) -> None:
            for pid in [process.pid] if workers == 1 else _workers_of(process.pid):
                try:
                    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
                except (OSError, IndexError):
                    continue
                self.samples[pid].append((time.monotonic(), pages * os.sysconf("SC_PAGESIZE") / 1e6))

        return sample

    def figures(self) -> dict[str, Any]:
        """Of the process that lived longest: MB in the quarters of its life."""
        if not self.samples:
            return {}
        longest = max(self.samples.values(), key=lambda found: found[-1][0] - found[0][0])
        quarter = max(1, len(longest) // 4)
        medians = [
            statistics.median(mb for _, mb in longest[at : at + quarter]) for at in range(0, 4 * quarter, quarter)
        ]
        return {
            "lived seconds": round(longest[-1][0] - longest[0][0]),
            "median MB by quarter of its life": [round(mb, 1) for mb in medians],
            "most MB": round(max(mb for _, mb in longest), 1),
        }


def _workers_of(launcher: int) -> list[int]:
    """Those that the launcher has started, or has had forked: those have its command line, as their nursery has."""
    started = [pid for pid in _children(launcher) if "pipelines.local_worker" in _command(pid)]
    own = _command(launcher)
    nurseries = [pid for pid in _children(launcher) if own and _command(pid) == own]
    return started + [pid for nursery in nurseries for pid in _children(nursery) if _command(pid) == own]


def _children(parent: int) -> list[int]:
    try:
        return [
            int(pid) for path in Path(f"/proc/{parent}/task").glob("*/children") for pid in path.read_text().split()
        ]
    except OSError:
        return []


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--share", type=float, default=0.02, help="of the files, for each fault")
    parser.add_argument("--wave_size", type=int, default=250, help="documents; each wave has fresh workers")
    parser.add_argument("--keep", action="store_true", help="leave files and output where they are, and say where")
    given = parser.parse_args()
    with workplace("pagebeam-soak-", given.keep) as place:
        made = make(place.folder / "in", given.count, given.share, given.wave_size)
        manifest = place.folder / "list.jsonl"
        manifest.write_text("".join(json.dumps({"uri": uri}) + "\n" for uri in made))
        arguments = ["--input", str(manifest), "--output", str(place.folder / "out"), "--run", "soak"]
        arguments += ["--engine", "standin", "--no_gallery", f"--wave_size={given.wave_size}"]
        environment, memory, ran = moods(place.folder / "moods"), Memory(), []
        killers = sum(kind.startswith("killer") for kind, _ in made.values())
        while not ran or (ran[-1].code and len(ran) <= killers):
            ran.append(
                place.run(
                    *(*arguments, f"--direct_num_workers={given.workers}"),
                    limit=300 + _SECONDS_A_FILE * given.count,
                    environment=environment,
                    module="benchmarks.faulty_job",
                    watch=memory.watch(given.workers),
                )
            )
        figures = {"workers": given.workers, **judge(place, ran, made), "memory": memory.figures()}
        if ran[-1].code:
            figures["errors"] = ran[-1].errors
    print(json.dumps(figures, indent=1, ensure_ascii=False))
    return int(bool(figures["faults"]))


if __name__ == "__main__":
    sys.exit(main())
