"""As on a cluster: Beam's portable job service, and workers that have the job from its sdist and nothing else."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from tests.pipelines.conftest import Done
from tests.processes import MARK, ended_at_last, marked, wait_for
from tests.small_runs import RUN, overlays, started_job, tables

ROOT = Path(__file__).parents[2]
PACKAGES = ("schemas", "documents", "models", "transforms", "pipelines")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the project installed from its sdist, without what it needs."""
    copy, made, target = (tmp_path_factory.mktemp(name) for name in ("sources", "sdist", "installed"))
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, copy)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    _run(copy, "setup.py", "--quiet", "sdist", "--dist-dir", str(made))
    (archive,) = made.glob("*.tar.gz")
    options = (
        "--quiet",
        "--no-deps",
        "--no-compile",
        "--no-build-isolation",
        "--no-index",
        "--disable-pip-version-check",
    )
    _run(copy, "-m", "pip", "install", *options, "--target", str(target), str(archive))
    return target


def _run(folder: Path, *arguments: str) -> None:
    result = subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("localhost", 0))
        return int(listener.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("localhost", port)) == 0


@pytest.mark.slow
def test_a_job_service_and_its_workers_give_the_rows_of_the_local_runner(
    undisturbed: Done, installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark, output, elsewhere = uuid.uuid4().hex, tmp_path / "out", tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setenv(MARK, mark)
    # The pool starts what is called `python`; it finds the project where it was installed, and nowhere else.
    search = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    environment = {**os.environ, "PATH": search, "PYTHONPATH": str(installed)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def start(module: str, *arguments: str) -> None:
        subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=elsewhere,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=(tmp_path / "errors.txt").open("ab"),
        )

    with ended_at_last(mark):
        service, pool = _free_port(), _free_port()
        start("apache_beam.runners.portability.local_job_service_main", f"--port={service}")
        start("apache_beam.runners.worker.worker_pool_main", f"--service_port={pool}")
        wait_for(lambda: _listens(service) and _listens(pool))
        beams = (
            "--runner=PortableRunner",
            f"--job_endpoint=localhost:{service}",
            "--environment_type=EXTERNAL",
            f"--environment_config=localhost:{pool}",
        )
        launcher = started_job(undisturbed.manifest, output, "--wave_size=100", *beams)
        assert launcher.wait(180) == 0, (tmp_path / "errors.txt").read_text()[-3000:]
        assert marked(mark)
    wait_for(lambda: not marked(mark), 15)
    assert tables(output) == tables(undisturbed.output)
    assert overlays(output) == overlays(undisturbed.output)
    assert list(installed.rglob("read_words.*.pyc"))  # that is where the workers had it from
    assert not (output / "runs" / RUN / "scratch").exists()
