"""What a worker process knows: told to a folder. A module of its own, so that workers can import it."""

from __future__ import annotations

import os
from pathlib import Path

import apache_beam as beam
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import S3Options


class TellOptions(beam.DoFn):
    """Writes the S3 endpoint that this process was told of into a file named by the process."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def process(self, element: int) -> None:
        options = FileSystems._pipeline_options
        endpoint = None if options is None else options.view_as(S3Options).s3_endpoint_url
        (Path(self._folder) / str(os.getpid())).write_text(str(endpoint))
