"""Beam's local runner on all cores of this machine.

`DirectRunner` would first try to download another runner's binary, which hangs behind some proxies. `FnApiRunner` made
plainly hands its worker processes no pipeline options (Beam 2.77), without which they cannot reach an S3 endpoint; made
like this, it does.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shlex
import sys
import threading
from collections.abc import Iterator

from apache_beam.options.pipeline_options import DirectOptions, PipelineOptions
from apache_beam.portability import python_urns
from apache_beam.portability.api import beam_provision_api_pb2
from apache_beam.runners.portability.fn_api_runner.fn_runner import ExtendedProvisionInfo, FnApiRunner
from apache_beam.runners.portability.fn_api_runner.worker_handlers import (
    GrpcWorkerHandler,
    SubprocessSdkWorkerHandler,
    WorkerHandler,
)
from apache_beam.runners.portability.portable_runner import JobServiceHandle
from apache_beam.transforms import environments
from google.protobuf import json_format, text_format

from pipelines.nursery import Nursery, can_fork

_FORKED = "pagebeam:env:forked:v1"
_AGAIN_SECONDS = 0.5


def workers(options: PipelineOptions) -> int:
    """Processes of a local run: as many as asked for, or (0) one for each core that this process may use."""
    asked = int(options.view_as(DirectOptions).direct_num_workers)
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return asked or usable


@contextlib.contextmanager
def nursery(options: PipelineOptions) -> Iterator[Nursery | None]:
    """What the workers of all pipelines in the block are forked from; None where they must be started.

    To be opened before this process has threads.
    """
    if workers(options) == 1 or not can_fork():
        yield None
        return
    with contextlib.closing(Nursery()) as forking:
        yield forking


def local_runner(options: PipelineOptions, log: str, forking: Nursery | None = None) -> FnApiRunner:
    """A runner with `workers(options)` processes, which say what they have to say in the file `log`.

    With one worker the work is done in this process.
    """
    count = workers(options)
    direct = options.view_as(DirectOptions)
    direct.direct_num_workers = count
    # The mode `multi_processing` would set an environment of its own over ours, whose workers talk on the terminal.
    direct.direct_running_mode = "in_memory"
    environment = None
    if count > 1 and forking is not None:
        WorkerHandler.register_environment(_FORKED, bytes)(functools.partial(_ForkedWorkerHandler, forking))
        environment = _Forked(log, environments.python_sdk_capabilities())
    elif count > 1:
        command = f"exec {shlex.quote(sys.executable)} -m pipelines.local_worker {os.getpid()}"
        command += f" >>{shlex.quote(log)} 2>&1"
        environment = environments.SubprocessSDKEnvironment.from_command_string(command)
    encoded = JobServiceHandle.encode_pipeline_options(options.get_all_options())
    information = beam_provision_api_pb2.ProvisionInfo(pipeline_options=encoded)
    return FnApiRunner(default_environment=environment, provision_info=ExtendedProvisionInfo(information))


class _Forked(environments.SubprocessSDKEnvironment):
    """Whose one parameter is the workers' log."""

    def to_runner_api_parameter(self, context: object) -> tuple[str, bytes]:
        return _FORKED, self.command_string.encode()


class _WatchedWorkerHandler(GrpcWorkerHandler):
    """Breaks its pipeline off when the worker ends before it: Beam would wait for its answers for ever."""

    def __init__(self, *given: object) -> None:
        super().__init__(*given)
        self._stopped = threading.Event()
        self._watch = threading.Thread(target=self._look_after, daemon=True)

    def stop_worker(self) -> None:
        self._stopped.set()
        if self._watch.ident is not None:  # else it could not be started
            self._watch.join()

    def _look_after(self) -> None:
        self._wait()
        error = RuntimeError("a worker has ended before its work: was it killed, or out of memory?")
        while not self._stopped.wait(_AGAIN_SECONDS):  # again: what is asked of it later is not answered either
            with contextlib.suppress(RuntimeError):  # more was asked meanwhile, which is seen the next time
                self.control_conn.abort(error)
            self.data_conn.close()

    def _wait(self) -> None:
        """Until the worker has ended."""
        raise NotImplementedError


@WorkerHandler.register_environment(python_urns.SUBPROCESS_SDK, bytes)
class _StartedWorkerHandler(_WatchedWorkerHandler, SubprocessSdkWorkerHandler):
    """Beam's own, but watched."""

    def start_worker(self) -> None:
        super().start_worker()
        self._watch.start()

    def _wait(self) -> None:
        self.worker_thread.join()


class _ForkedWorkerHandler(_WatchedWorkerHandler):
    """Has a worker forked, where Beam's own would start a program; they are told the same."""

    def __init__(self, forking: Nursery, log: bytes, *given: object) -> None:
        super().__init__(*given)
        self._log = log.decode()
        self._worker = forking.take()

    def start_worker(self) -> None:
        control = text_format.MessageToString(self.control_api_service_descriptor())
        options = json_format.MessageToJson(self.provision_info.provision_info.pipeline_options)
        environment = {"CONTROL_API_SERVICE_DESCRIPTOR": control, "PIPELINE_OPTIONS": options}
        self._worker.work({**environment, "WORKER_ID": self.worker_id}, self._log)
        self._watch.start()

    def stop_worker(self) -> None:
        super().stop_worker()
        self._worker.end()

    def _wait(self) -> None:
        self._worker.wait()
