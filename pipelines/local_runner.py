"""Beam's local runner on all cores of this machine.

`DirectRunner` would first try to download another runner's binary, which hangs behind some proxies. `FnApiRunner` made
plainly hands its worker processes no pipeline options (Beam 2.77), without which they cannot reach an S3 endpoint; made
like this, it does.
"""

from __future__ import annotations

import os
import shlex
import sys

from apache_beam.options.pipeline_options import DirectOptions, PipelineOptions
from apache_beam.portability.api import beam_provision_api_pb2
from apache_beam.runners.portability.fn_api_runner.fn_runner import ExtendedProvisionInfo, FnApiRunner
from apache_beam.runners.portability.portable_runner import JobServiceHandle
from apache_beam.transforms import environments


def workers(options: PipelineOptions) -> int:
    """Processes of a local run: as many as asked for, or (0) one for each core that this process may use."""
    asked = int(options.view_as(DirectOptions).direct_num_workers)
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return asked or usable


def local_runner(options: PipelineOptions, log: str) -> FnApiRunner:
    """A runner with `workers(options)` processes, which say what they have to say in the file `log`.

    With one worker the work is done in this process.
    """
    count = workers(options)
    direct = options.view_as(DirectOptions)
    direct.direct_num_workers = count
    # The mode `multi_processing` would set an environment of its own over ours, whose workers talk on the terminal.
    direct.direct_running_mode = "in_memory"
    command = f"exec {shlex.quote(sys.executable)} -m pipelines.local_worker {os.getpid()} >>{shlex.quote(log)} 2>&1"
    environment = environments.SubprocessSDKEnvironment.from_command_string(command) if count > 1 else None
    encoded = JobServiceHandle.encode_pipeline_options(options.get_all_options())
    information = beam_provision_api_pb2.ProvisionInfo(pipeline_options=encoded)
    return FnApiRunner(default_environment=environment, provision_info=ExtendedProvisionInfo(information))
