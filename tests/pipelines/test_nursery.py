from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import uuid
from pathlib import Path

import pytest

from documents.jail import LEVELS
from pipelines.nursery import can_fork
from tests import small_files
from tests.processes import MARK, ended_at_last, marked, wait_for
from tests.small_runs import rows

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux alone")

# What tests do in a process of its own, which has one thread still.
PROBE = """
from pipelines.nursery import Nursery
nursery = Nursery()
print(nursery.probe("limits"), flush=True)
"""


def _python(code: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _said(process: subprocess.Popen[str]) -> list[str]:
    said, _ = process.communicate(timeout=90)
    assert process.returncode == 0
    return said.split()


def test_a_process_with_threads_is_not_forked() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    assert not can_fork()
    stop.set()
    thread.join()


def test_a_launcher_has_one_thread_at_first() -> None:
    assert _said(_python("import pipelines.backfill, pipelines.nursery as n; print(n.can_fork())")) == ["True"]


@pytest.mark.slow
def test_a_worker_says_what_its_jail_reaches_and_ends_with_its_nursery(monkeypatch: pytest.MonkeyPatch) -> None:
    mark = uuid.uuid4().hex
    monkeypatch.setenv(MARK, mark)
    with ended_at_last(mark):
        (level,) = _said(_python(PROBE + "nursery.close()"))
        assert level in LEVELS
        wait_for(lambda: not marked(mark), 15)


@pytest.mark.slow
def test_a_worker_says_why_its_jail_cannot_be() -> None:
    code = """
import documents.jail.jail as jail
from pipelines.nursery import Nursery
from schemas.errors import JailTooWeak
jail.at_least = lambda *_: False  # a worker has what its launcher had when it was forked
nursery = Nursery()
try:
    nursery.probe("landlock")
except JailTooWeak as error:
    print(type(error).__name__)
nursery.close()
"""
    assert _said(_python(code)) == ["JailTooWeak"]


@pytest.mark.slow
def test_what_a_killed_launcher_has_forked_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    mark = uuid.uuid4().hex
    monkeypatch.setenv(MARK, mark)
    with ended_at_last(mark):
        process = _python(PROBE + 'nursery.warm_up(3, "limits")\ninput()\n')
        assert process.stdout is not None
        assert process.stdout.readline()
        wait_for(lambda: len(marked(mark)) >= 5)  # itself, nursery, three workers; and their jails
        process.send_signal(signal.SIGKILL)
        process.communicate()
        wait_for(lambda: not marked(mark), 15)


KILL = "lambda *_: os.kill(os.getpid(), signal.SIGKILL)"  # workers alone get there, and have it by their fork


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [
        # Before it has said a word to the launcher, and in a stage from which no data come back.
        f"import apache_beam.runners.worker.sdk_worker_main as module; module.main = {KILL}",
        f"import transforms.write_table as module; module.to_parquet = {KILL}",
        # One that is not forked.
        "import apache_beam.runners.portability.local_job_service as module; import pipelines.local_runner as ours; "
        "ours.can_fork = lambda: False; module.SubprocessSdkWorker.run = lambda _: None",
    ],
    ids=["silent", "writing", "started"],
)
def test_a_worker_that_is_killed_breaks_the_run_off(tmp_path: Path, fault: str) -> None:
    small_files.put(tmp_path / "in" / "a.png", small_files.png(2))
    code = f"""
import os, signal, sys
import pipelines.backfill
{fault}
sys.exit(pipelines.backfill.main(sys.argv[1:]))
"""
    command = [sys.executable, "-c", code, "--input", str(tmp_path / "in"), "--output", str(tmp_path / "out")]
    command += ["--run", "a", "--engine", "standin", "--direct_num_workers=2"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 1
    assert "--run a goes on with it" in ran.stderr
    assert not list((tmp_path / "out" / "runs" / "a" / "waves").glob("*.json"))


@pytest.mark.slow
def test_a_run_with_forked_workers_has_the_rows_of_one_without(tmp_path: Path) -> None:
    for number in range(6):
        small_files.put(tmp_path / "in" / f"{number}.png", small_files.png(2, seed=number))
    told = {}
    for name, count in (("forked", 2), ("alone", 1)):
        command = [sys.executable, "-m", "pipelines.backfill", "--input", str(tmp_path / "in"), "--engine", "standin"]
        command += ["--output", str(tmp_path / name), "--run", "a", "--direct_num_workers", str(count)]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert ran.returncode == 0, ran.stderr
        told[name] = [(row["uri"], row["status"], row["words"]) for row in rows(tmp_path / name, "documents")]
        assert f"with standin and {count} worker" in ran.stdout
    assert told["forked"] == told["alone"]
    assert len(told["alone"]) == 6
    assert os.listdir(tmp_path / "forked" / "runs" / "a") == os.listdir(tmp_path / "alone" / "runs" / "a")
