"""Starting the job from a test, and what it left."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds

from pipelines.backfill import main
from schemas.records import VOLATILE

REPOSITORY = Path(__file__).parents[1]
RUN = "test"
Rows = list[dict[str, Any]]


def job(source: Path | str, output: Path | str, *options: str, engine: str = "standin", workers: int = 1) -> int:
    """Runs the job in this process; gives its exit code."""
    given = ["--input", str(source), "--output", str(output), "--run", RUN, "--engine", engine]
    return main([*given, f"--direct_num_workers={workers}", *options])


def started_job(source: Path, output: Path, *options: str) -> subprocess.Popen[bytes]:
    """Starts the job in a process of its own, as a person does."""
    given = ["--input", str(source), "--output", str(output), "--run", RUN, "--engine", "standin", *options]
    return subprocess.Popen(
        [sys.executable, "-m", "pipelines.backfill", *given],
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def rows(output: Path | str, table: str) -> Rows:
    """A table's rows, without what may differ between two runs, in an order of its own."""
    found = ds.dataset(f"{output}/tables/{table}", format="parquet").to_table().to_pylist()
    stable = [{name: value for name, value in row.items() if name not in VOLATILE} for row in found]
    return sorted(stable, key=lambda row: [str(row.get(name)) for name in ("uri", "page", "line", "word", "error")])


def tables(output: Path | str, elsewhere: Path | str = "") -> dict[str, Rows]:
    """All four; overlays below `output` are named from there, so that runs to different places can be compared."""
    every = {table: rows(output, table) for table in ("documents", "pages", "tokens", "failures")}
    for row in every["documents"]:
        if row["overlay_uri"] is not None:
            row["overlay_uri"] = os.path.relpath(row["overlay_uri"], output)
    return every


def overlays(output: Path) -> dict[str, bytes]:
    """Every overlay's bytes by its name."""
    folder = output / "overlays"
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def endings(output: Path | str) -> dict[str, tuple[str, str | None]]:
    """Status and reason of each entry by its URI; raises where one has two rows."""
    found = rows(output, "documents")
    by_uri = {row["uri"]: (row["status"], row["reason"]) for row in found}
    assert len(by_uri) == len(found)
    return by_uri
