from __future__ import annotations

import os
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import DirectOptions, PipelineOptions

from pipelines.local_runner import local_runner, workers
from tests.pipelines.probe import TellOptions
from tests.processes import MARK, ended_at_last, marked, wait_for


@pytest.mark.slow
def test_workers_are_processes_that_know_the_options_and_end_with_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = uuid.uuid4().hex
    monkeypatch.setenv(MARK, mark)
    told = tmp_path / "told"
    told.mkdir()
    options = PipelineOptions(["--direct_num_workers=2", "--s3_endpoint_url=http://localhost:1"])
    log = tmp_path / "a 'log'.txt"
    with ended_at_last(mark):
        with beam.Pipeline(runner=local_runner(options, str(log)), options=options) as pipeline:
            _ = pipeline | beam.Create(range(8)) | beam.Reshuffle() | beam.ParDo(TellOptions(str(told)))
        answers = {int(path.name): path.read_text() for path in told.iterdir()}
        assert os.getpid() not in answers
        assert set(answers.values()) == {"http://localhost:1"}
        wait_for(lambda: not marked(mark), 15)
    assert log.exists()  # what they said went there


def test_one_worker_is_this_process(tmp_path: Path) -> None:
    options = PipelineOptions(["--direct_num_workers=1", "--s3_endpoint_url=http://localhost:1"])
    with beam.Pipeline(runner=local_runner(options, os.devnull), options=options) as pipeline:
        _ = pipeline | beam.Create([1]) | beam.ParDo(TellOptions(str(tmp_path)))
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {str(os.getpid()): "http://localhost:1"}


@pytest.mark.parametrize(("asked", "count"), [(1, 1), (3, 3), (0, None)])
def test_as_many_workers_as_asked_for_or_cores(asked: int, count: int | None) -> None:
    options = PipelineOptions()
    options.view_as(DirectOptions).direct_num_workers = asked
    assert workers(options) == (count or workers(options)) >= 1
    if count is None and hasattr(os, "sched_getaffinity"):
        assert workers(options) == len(os.sched_getaffinity(0))


def test_a_worker_without_its_launcher_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("localhost", 0)) as silent:  # a launcher that hangs: without a look it would wait
        address = f'url: "localhost:{silent.getsockname()[1]}"'
        for service in ("CONTROL", "LOGGING"):
            monkeypatch.setenv(f"{service}_API_SERVICE_DESCRIPTOR", address)
        command = [sys.executable, "-m", "pipelines.local_worker", "1"]  # its launcher is another
        assert subprocess.run(command, capture_output=True, timeout=60).returncode == 1
