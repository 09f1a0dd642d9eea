from __future__ import annotations

import errno
import fcntl
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions

from pipelines import lock
from pipelines.lock import LockLost, held
from schemas.errors import UsageError
from tests import memory_files
from tests.processes import wait_for
from transforms import retries, storage

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
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starts that show signs of life by the millisecond."""
    monkeypatch.setattr(lock, "SILENT_SECONDS", 0.2)
    monkeypatch.setattr(lock, "SURE_SECONDS", 0.15)
    monkeypatch.setattr(lock, "RENEWED_SECONDS", 0.02)
    monkeypatch.setattr(lock, "AGAIN_SECONDS", 0.01)


@pytest.fixture
def _far_away(_hasty: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(FileSystems, "_pipeline_options", PipelineOptions([]))
    yield
    memory_files.FILES.clear()
    memory_files.TROUBLE.clear()


def of_another(turn: int = 7) -> bytes:
    """What another start has written."""
    return json.dumps({"token": "another's", "turn": turn, "holder": "x"}).encode()


@pytest.mark.usefixtures("_hasty")
def test_where_the_file_system_knows_no_locks_a_living_start_keeps_another_out_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    path = tmp_path / "runs" / "lock"
    monkeypatch.setattr(fcntl, "lockf", refuse)
    with held(str(path), "run x") as lock_:
        with pytest.raises(UsageError, match="under way already"), held(str(path), "run x"):
            pytest.fail("it was let in")
        lock_.check()
    assert not list(path.parent.iterdir())
    path.write_text("process 7 on a machine whose mount knows locks")  # and that was killed
    with held(str(path), "run x") as lock_:
        lock_.check()


@pytest.mark.usefixtures("_far_away")
def test_far_away_a_living_start_keeps_another_out() -> None:
    with held(FAR, "run x"), pytest.raises(UsageError, match="under way already"), held(FAR, "run x"):
        pytest.fail("it was let in")
    assert not [name for name in memory_files.FILES if "lock" in name]


@pytest.mark.usefixtures("_far_away")
def test_far_away_a_silent_start_counts_as_dead() -> None:
    memory_files.FILES[FAR] = of_another()
    begun = time.monotonic()
    with held(FAR, "run x") as lock_:
        assert time.monotonic() - begun >= 0.2
        lock_.check()
        assert json.loads(memory_files.FILES[FAR])["holder"].startswith("process ")


@pytest.mark.usefixtures("_far_away")
def test_far_away_a_start_notices_that_it_was_taken_for_dead() -> None:
    with held(FAR, "run x") as lock_:

        def is_lost() -> bool:
            memory_files.FILES[FAR] = of_another()
            try:
                lock_.check()
            except LockLost:
                return True
            return False

        wait_for(is_lost, 10)
        with pytest.raises(LockLost):
            lock_.check()
    assert memory_files.FILES[FAR] == of_another()


@pytest.mark.usefixtures("_far_away")
def test_a_renewal_is_one_try_with_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A patient one could take longer than another start waits."""
    tried: list[float] = []
    monkeypatch.setattr(retries, "patiently", None)
    lease = lock._Lease(FAR)
    memory_files.FILES[FAR] = json.dumps({"token": lease._token, "turn": 0, "holder": "x"}).encode()
    monkeypatch.setattr(storage, "cloud_of", lambda _, seconds: tried.append(seconds))
    lease._renew()
    assert tried == [lock.TRY_SECONDS] * 2
    assert 4 * lock.TRY_SECONDS + lock.AGAIN_SECONDS < 45.0
    memory_files.TROUBLE[FAR] = [TimeoutError("busy")]
    with pytest.raises(TimeoutError):
        lease._renew()
    assert not memory_files.TROUBLE[FAR]


@pytest.mark.usefixtures("_far_away")
def test_a_start_that_was_silent_for_long_looks_before_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "RENEWED_SECONDS", 1000.0)  # as if its thread had been held up
    with held(FAR, "run x") as lock_:
        before = memory_files.FILES[FAR]
        lock_.check()
        assert memory_files.FILES[FAR] == before
        monkeypatch.setattr(lock, "SURE_SECONDS", 0.0)
        lock_.check()
        assert memory_files.FILES[FAR] != before
        memory_files.FILES[FAR] = of_another()
        with pytest.raises(LockLost, match="another start goes on"):
            lock_.check()
    with held(f"{FAR}2", "run x") as lock_:
        memory_files.TROUBLE[f"{FAR}2"] = [PermissionError("no more")]
        with pytest.raises(LockLost, match="cannot be renewed"):
            lock_.check()


@pytest.mark.usefixtures("_far_away")
def test_while_the_storage_does_not_answer_nobody_counts_as_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0

    def patiently(call: Callable[[], bytes | None]) -> bytes | None:
        """The first look after the beginning meets a storage that is out of reach for longer than anyone waits."""
        nonlocal looks
        looks += 1
        if looks == 2:
            wait_for(lambda: time.monotonic() > begun + 0.4, 10)
        if looks == 4:
            memory_files.FILES[FAR] = of_another(8)
        return call()

    memory_files.FILES[FAR] = of_another(7)
    monkeypatch.setattr(lock, "patiently", patiently)
    begun = time.monotonic()
    with pytest.raises(UsageError, match="under way already"), held(FAR, "run x"):
        pytest.fail("it was let in")


@pytest.mark.usefixtures("_far_away")
def test_a_lock_that_cannot_be_read_is_said() -> None:
    memory_files.FILES[FAR] = of_another()
    memory_files.TROUBLE[FAR] = [PermissionError("refused")]
    with pytest.raises(UsageError, match=f"the lock {FAR} cannot be read or written"), held(FAR, "run x"):
        pytest.fail("it was let in")
