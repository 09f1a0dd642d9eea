from __future__ import annotations

from pathlib import Path

from benchmarks import killed_runs
from pipelines.wave import PROGRESS
from transforms.count_ends import Progress


def test_what_a_start_has_ended_is_read_off_its_progress(tmp_path: Path) -> None:
    assert killed_runs.ended(tmp_path) == 0
    folder = tmp_path / "runs" / killed_runs.RUN / "scratch" / "progress-x"
    folder.mkdir(parents=True)
    assert killed_runs.ended(tmp_path) == 0  # seen before its folders are made
    for name, documents in zip(PROGRESS, (3, 2), strict=True):
        (folder / name).mkdir()
        Progress(str(folder / name)).ended("documents", documents)
        Progress(str(folder / name)).ended("pages", 4)
    assert killed_runs.ended(tmp_path) == 7
