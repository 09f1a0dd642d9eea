"""Whether the storages that a run needs let it in: asked before anything is begun."""

from __future__ import annotations

import itertools
import uuid

from apache_beam.options.pipeline_options import GoogleCloudOptions, PipelineOptions

from pipelines.options import Settings
from schemas.errors import UsageError
from transforms import storage
from transforms.clouds import cloud_of
from transforms.retries import patiently
from transforms.storage_errors import explain, is_refused

_READ = 3  # files of the input that are tried


class _Enough(Exception):
    """The first bytes have come."""


def _enough(_: bytes) -> None:
    raise _Enough


def check_storage(settings: Settings, options: PipelineOptions) -> None:
    """Writes to the output and to the runner's folders for temporary files, lists and reads the input, where these are
    far away.

    Raises UsageError, naming the option and the cause: a wrong credential or a missing bucket would else be every
    file's ending.
    """
    _check_writing("--output", settings.output, settings.scratch)
    google = options.view_as(GoogleCloudOptions)
    for name in ("temp_location", "staging_location"):
        folder = getattr(google, name)
        if folder:
            _check_writing(f"--{name}", folder, folder)
    _check_reading(settings.input)


def _check_writing(option: str, place: str, folder: str) -> None:
    if "://" not in folder:
        return
    storage.check(folder)
    uri = f"{folder.rstrip('/')}/probe-{uuid.uuid4().hex}"
    try:
        storage.write(uri, b"may this be written?", folder)
        storage.remove([uri])
    except Exception as error:  # each storage has classes of its own
        raise UsageError(f"{option} {place} cannot be written: {explain(error)}") from error


def _check_reading(pattern: str) -> None:
    storage.check(pattern)
    cloud = cloud_of(pattern)
    if cloud is None:
        return
    try:
        prefix = storage.fixed_part(pattern)
        first = patiently(lambda: list(itertools.islice(cloud.listing(prefix), _READ)))
    except Exception as error:  # each storage has classes of its own
        raise UsageError(f"--input {pattern} cannot be listed: {explain(error)}") from error
    refused = []
    for found in first:
        try:
            cloud.read(found.path, _enough)
        except _Enough:
            return
        except Exception as error:  # as above; one that is gone meanwhile will be an ending of its own
            refused += [error] if is_refused(error) else []
    if first and len(refused) == len(first):
        raise UsageError(f"--input {pattern} can be listed but not read: {explain(refused[0])}")
