from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions

from pipelines import lock
from pipelines.lock import LockLost, held
from schemas.errors import UsageError
from tests import memory_files
from tests.processes import wait_for

HOLD = """
import sys, time
from pipelines.lock import held
with held(sys.argv[1], "run x"):
    print("held", flush=True)
    time.sleep(60)
"""
FAR = "memory://out/runs/x/lock"


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Another process that holds the lock."""
    path = str(tmp_path / "runs" / "x" / "lock")
    process = subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield path, process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_start_is_refused_and_told_who_is_at_work(holder: tuple[str, subprocess.Popen[str]]) -> None:
    path, process = holder
    with (
        pytest.raises(UsageError, match=rf"run x is under way already \(process {process.pid} on "),
        held(path, "run x"),
    ):
        pytest.fail("it was let in")


def test_a_start_that_was_killed_is_in_nobodys_way(holder: tuple[str, subprocess.Popen[str]]) -> None:
    path, process = holder
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert Path(path).exists()
    with held(path, "run x") as lock_:
        lock_.check()
    assert not Path(path).exists()


def test_the_lock_is_free_after_an_error(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    with pytest.raises(KeyError), held(path, "run x"):
        raise KeyError("x")
    with held(path, "run x"):
        assert Path(path).exists()


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="cannot be written"), held(str(tmp_path / "file" / "lock"), "run x"):
        pytest.fail("it was let in")


@pytest.fixture
def _far_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(FileSystems, "_pipeline_options", PipelineOptions([]))
    monkeypatch.setattr(lock, "SILENT_SECONDS", 0.2)
    monkeypatch.setattr(lock, "RENEWED_SECONDS", 0.02)
    yield
    memory_files.FILES.clear()


@pytest.mark.usefixtures("_far_away")
def test_far_away_a_living_start_keeps_another_out() -> None:
    with held(FAR, "run x"), pytest.raises(UsageError, match="under way already"), held(FAR, "run x"):
        pytest.fail("it was let in")
    assert not [name for name in memory_files.FILES if "lock" in name]


@pytest.mark.usefixtures("_far_away")
def test_far_away_a_silent_start_counts_as_dead() -> None:
    memory_files.FILES[FAR] = json.dumps({"token": "of one that was killed", "turn": 7, "holder": "x"}).encode()
    begun = time.monotonic()
    with held(FAR, "run x") as lock_:
        assert time.monotonic() - begun >= 0.2
        lock_.check()
        assert json.loads(memory_files.FILES[FAR])["holder"].startswith("process ")


@pytest.mark.usefixtures("_far_away")
def test_far_away_a_start_notices_that_it_was_taken_for_dead() -> None:
    with held(FAR, "run x") as lock_:
        other = json.dumps({"token": "another's", "turn": 0, "holder": "x"}).encode()

        def is_lost() -> bool:
            memory_files.FILES[FAR] = other
            try:
                lock_.check()
            except LockLost:
                return True
            return False

        wait_for(is_lost, 10)
        with pytest.raises(LockLost):
            lock_.check()
    assert memory_files.FILES[FAR] == other
