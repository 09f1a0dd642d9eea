"""Where this process finds the models: the project's own, or those that the job was given instead."""

from __future__ import annotations

import functools
import glob
import tempfile
from pathlib import Path

from models.card import Card
from models.own import NETWORKS, WEIGHTS
from schemas.errors import ModelError, UsageError
from transforms import storage
from transforms.storage_errors import explain

_fetched: list[tempfile.TemporaryDirectory[str]] = []  # they go with the process
_in_use = WEIGHTS


def use(uri: str | None) -> None:
    """From now on this process opens its models from the folder at `uri`, None for the project's own."""
    global _in_use
    _in_use = models_folder(uri)


def in_use() -> Path:
    """The folder from which this process opens its models."""
    return _in_use


@functools.cache
def models_folder(uri: str | None) -> Path:
    """The folder at `uri`, None for the project's own; one that lies far away is fetched, once a process."""
    if uri is None:
        return WEIGHTS
    if "://" not in uri:
        return Path(uri)
    folder = tempfile.TemporaryDirectory(prefix="pagebeam-models-")
    for found in storage.listing(f"{glob.escape(uri)}/*"):
        (Path(folder.name) / found.path.rpartition("/")[2]).write_bytes(storage.read(found.path))
    _fetched.append(folder)
    return Path(folder.name)


def check_models(uri: str | None) -> Path:
    """The folder, in which every network has its card; raises UsageError, which names what is wrong."""
    try:
        if uri is not None:
            storage.check(uri)
        folder = models_folder(uri)
        for name in NETWORKS:
            Card.open(folder / name)
    except ModelError as error:
        raise UsageError(f"--models {uri}: {error}") from error
    except UsageError:
        raise
    except Exception as error:  # each storage has classes of its own
        raise UsageError(f"--models {uri} cannot be read: {explain(error)}") from error
    return folder
