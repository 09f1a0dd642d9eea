"""A night on which nothing is new: what it costs, and that no file is opened.

    python -m benchmarks.nightly [--entries 10000 30000 100000] [--manifest]

For each number: makes that many small files, and the `documents` rows of an earlier run that has read them, in waves
of 2,000; then times a nightly run in a process of its own, with one worker. An audit hook in that process counts how
often a file of the input is opened. With `--manifest`, a manifest names the files and their versions, and they need not
be looked at.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipelines.options import LOCAL_WAVE
from schemas.records import DOCUMENTS, DocumentRow
from transforms import sources
from transforms.write_table import pack_rows, part_uri, to_parquet

FILES_A_FOLDER = 1_000
KIB = 1 if sys.platform == "darwin" else 1024  # bytes of a unit of ru_maxrss
FIRST, SECOND = "first", "second"


def make_files(folder: Path, count: int) -> Iterator[Path]:
    """Small files, no two alike."""
    for number in range(count):
        path = folder / f"{number // FILES_A_FOLDER:04d}" / f"{number:07d}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"number {number}")
        yield path


def make_history(output: Path, source: Path, paths: Iterable[Path], versions: dict[Path, str]) -> None:
    """What an earlier run would have left of documents that it has read."""
    folder = output / "runs" / FIRST
    (folder / "waves").mkdir(parents=True)
    (folder / "plan.json").write_text(json.dumps({"settings": {"input": str(source)}}))
    every = iter(paths)
    for wave in itertools.count():
        rows = [_row(path, versions[path]) for path in itertools.islice(every, LOCAL_WAVE)]
        if not rows:
            return
        part = Path(part_uri(str(output), "documents", FIRST, wave, 0))
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(to_parquet(DOCUMENTS, [pack_rows(row.owner, row.uri, None, [row]) for row in rows]))
        (folder / "waves" / f"wave-{wave:05d}.json").write_text("{}")


def _row(path: Path, version: str) -> DocumentRow:
    return DocumentRow(
        document_id=hashlib.sha256(path.read_bytes()).hexdigest(),
        uri=str(path),
        source_version=version,
        owner=None,
        media_type="image/jpeg",
        bytes=path.stat().st_size,
        page_count=1,
        pages_read=1,
        capped=False,
        status="done",
        reason=None,
        words=100,
        mean_confidence=0.9,
        overlay_uri=f"/out/overlays/{path.parent.name}/{path.name}.pdf",
        engine="standin",
        engine_version="1",
        run=FIRST,
        started_at=datetime.datetime.now(datetime.timezone.utc),
        cpu_seconds=0.5,
    )


def night(source: Path, output: Path) -> dict[str, Any]:
    """A nightly run in a process of its own: exit code, changes, files opened, CPU seconds, peak memory."""
    command = [sys.executable, "-m", "benchmarks.nightly", "--night", str(source), str(output)]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    figures: dict[str, Any] = json.loads(told.splitlines()[-1])
    return figures


def _night(source: str, output: str) -> None:
    folder, opened = source.removesuffix(".jsonl") + "/", 0

    def count(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal opened
        if event == "open" and str(arguments[0]).startswith(folder) and str(arguments[0]).endswith(".txt"):
            opened += 1

    sys.addaudithook(count)
    from pipelines.nightly import main as nightly

    given = ["--input", source, "--output", output, "--run", SECOND, "--engine", "standin", "--no_gallery"]
    code = nightly([*given, "--direct_num_workers=1"])
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    plan = json.loads(Path(output, "runs", SECOND, "plan.json").read_text())
    figures = {
        "exit_code": code,
        "changes": plan["changes"],
        "opened": opened,
        "cpu_seconds": round(own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime, 2),
        "peak_mb": round(own.ru_maxrss * KIB / 1e6),
    }
    print(json.dumps(figures))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--entries", type=int, nargs="+", default=[10_000, 30_000, 100_000])
    parser.add_argument("--manifest", action="store_true")
    parser.add_argument("--night", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.night:
        _night(*arguments.night)
        return 0
    wrong = False
    for count in arguments.entries:
        with tempfile.TemporaryDirectory(prefix="pagebeam-nightly-") as scratch:
            folder = Path(os.path.realpath(scratch), "in")
            source, output = folder.with_suffix(".jsonl") if arguments.manifest else folder, folder.with_name("out")
            paths = list(make_files(folder, count))
            versions = {path: sources.version_of(sources.metadata(str(path))) for path in paths}
            if arguments.manifest:
                lines = (json.dumps({"uri": str(path), "source_version": versions[path]}) for path in paths)
                source.write_text("\n".join(lines))
            make_history(output, source, paths, versions)
            figures = night(source, output)
        wrong |= figures["exit_code"] != 0 or figures["opened"] != 0 or figures["changes"] != {"unchanged": count}
        print(json.dumps({"entries": count, **figures}), flush=True)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
