"""The whole path over files that were made to be awkward or broken."""

from __future__ import annotations

import os
import uuid
from collections import Counter
from pathlib import Path

import pytest

from tests.processes import MARK, ended_at_last, marked, wait_for
from tests.small_runs import rows, started_job


@pytest.mark.slow
def test_every_difficult_file_ends_once_and_nothing_is_left_behind(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shared_data / "difficult"
    if not folder.is_dir():
        pytest.skip("no folder `difficult` in PAGEBEAM_SHARED_DATA")
    mark, temporary = uuid.uuid4().hex, tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv(MARK, mark)
    monkeypatch.setenv("TMPDIR", str(temporary))
    shared_memory = set(os.listdir("/dev/shm")) if os.path.isdir("/dev/shm") else set()
    with ended_at_last(mark):
        assert started_job(folder, tmp_path / "out", "--direct_num_workers=2").wait(300) == 0
        wait_for(lambda: not marked(mark), 15)
    files = {str(path) for path in folder.rglob("*") if path.is_file() or path.is_symlink()}
    assert Counter(row["uri"] for row in rows(tmp_path / "out", "documents")) == Counter(files)
    failed = [row["uri"] for row in rows(tmp_path / "out", "documents") if row["status"] == "failed"]
    assert {row["uri"] for row in rows(tmp_path / "out", "failures") if row["page"] is None} >= set(failed)
    assert not os.listdir(temporary)
    assert not os.path.exists(tmp_path / "out" / "runs" / "test" / "scratch")
    if shared_memory:
        assert set(os.listdir("/dev/shm")) <= shared_memory
