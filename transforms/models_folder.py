"""Where this process finds the models: the project's own, or those that the job was given instead."""

from __future__ import annotations

import dataclasses
import tempfile
import threading
from pathlib import Path

from models.classifier import Classifier
from models.engines import open_engine
from models.own import FILES, WEIGHTS, digest
from models.rectifier import Rectifier
from schemas.errors import ModelError, UsageError
from transforms import storage
from transforms.storage_errors import explain


@dataclasses.dataclass(frozen=True)
class Models:
    """A folder like models/weights, as it was when the run began."""

    uri: str
    digest: str


_lock = threading.Lock()
_fetched: dict[str, tempfile.TemporaryDirectory[str]] = {}  # they go with the process
_in_use = WEIGHTS


def use(models: Models | None) -> None:
    """From now on this process opens its models from a folder, None for the project's own.

    Raises ModelError where it is not what the run began with; what its storage raises.
    """
    global _in_use
    if models is None:
        _in_use = WEIGHTS
        return
    folder = _here(models.uri)
    if folder != _in_use and digest(folder) != models.digest:
        raise ModelError(f"the models in {models.uri} are no longer those that the run began with")
    _in_use = folder


def in_use() -> Path:
    """The folder from which this process opens its models."""
    return _in_use


def found(uri: str | None) -> Models | None:
    """The models at `uri`, None for the project's own, after all of them were opened once.

    Raises UsageError, which names what is wrong with them.
    """
    if uri is None:
        return None
    try:
        storage.check(uri)
        folder = _here(uri)
        Classifier(folder)
        Rectifier(folder)
        open_engine("native", folder)
        return Models(uri, digest(folder))
    except ModelError as error:
        raise UsageError(f"--models {uri}: {error}") from error
    except UsageError:
        raise
    except Exception as error:  # each storage has classes of its own
        raise UsageError(f"--models {uri} cannot be read: {explain(error)}") from error


def folder_of(models: Models | None) -> Path:
    """Where the files are in this process."""
    return WEIGHTS if models is None else _here(models.uri)


def _here(uri: str) -> Path:
    """The folder; one that lies far away is fetched, once a process."""
    if "://" not in uri:
        missing = [name for name in FILES if not (Path(uri) / name).is_file()]
        if missing:
            raise ModelError(f"{Path(uri) / missing[0]} is missing on this machine")
        return Path(uri)
    with _lock:
        if uri not in _fetched:
            folder = tempfile.TemporaryDirectory(prefix="pagebeam-models-")
            for name in FILES:
                (Path(folder.name) / name).write_bytes(storage.read(f"{uri}/{name}"))
            _fetched[uri] = folder
        return Path(_fetched[uri].name)
