"""Whether a run can begin: what would else be every file's ending is a usage error here."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

from apache_beam.options.pipeline_options import PipelineOptions

from models.engines import check_engine
from pipelines.check_storage import check_storage
from pipelines.options import Settings
from schemas.errors import JailError, JailTooWeak, UsageError
from transforms import models_folder, opened, storage
from transforms.screen_documents import listed_owners


class Start(NamedTuple):
    """What a run begins with."""

    settings: Settings  # as given; the models' folder as it was found
    owners: frozenset[str] | None  # those to be read; None: all
    isolation: str  # that the jail reaches here; workers elsewhere see for themselves


def check_start(settings: Settings, options: PipelineOptions, probe: Callable[[str], str] = opened.probe) -> Start:
    """Finds the models and tries engines, jail (by `probe`) and storages. Raises UsageError, naming the option and the
    cause."""
    storage.check(settings.output)
    models = models_folder.found(settings.models.uri if settings.models else None)
    for engine in settings.engines.names:
        check_engine(engine, models_folder.folder_of(models))
    isolation = _check_jail(settings.min_isolation, probe)
    check_storage(settings, options)
    return Start(dataclasses.replace(settings, models=models), _owners(settings.owners), isolation)


def _check_jail(min_isolation: str, probe: Callable[[str], str]) -> str:
    try:
        return probe(min_isolation)
    except JailTooWeak as error:
        raise UsageError(f"--min_isolation {min_isolation}: {error}") from error
    except JailError as error:
        raise UsageError(f"the parsers' own process does not work on this machine: {error}") from error


def _owners(path: str | None) -> frozenset[str] | None:
    if path is None:
        return None
    storage.check(path)
    try:
        owners = listed_owners(storage.read(path))
    except Exception as error:  # each storage has classes of its own
        raise UsageError(f"--owners {path} cannot be read: {type(error).__name__}") from error
    if not owners:
        raise UsageError(f"--owners {path} names no owner")
    return owners
