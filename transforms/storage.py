"""Our own files on any storage: local paths, gs:// and s3:// (transforms.clouds), and what else Beam knows."""

from __future__ import annotations

import functools
import glob
import importlib
import os
import re
import shutil
import uuid
from collections.abc import Callable
from typing import Any, BinaryIO

from apache_beam.io.filesystem import CompressionTypes, FileSystem
from apache_beam.io.filesystems import FileSystems

from schemas.errors import OutputUnwritable, UsageError
from transforms.clouds import Cloud, Found, cloud_of
from transforms.retries import patiently
from transforms.storage_errors import explain, is_missing

_RAW = CompressionTypes.UNCOMPRESSED  # a name that ends in .gz is still what it is


def check(uri: str) -> None:
    """Raises UsageError where nothing is installed that knows the URI's storage."""
    try:
        FileSystems.get_filesystem(uri)
        if uri.startswith("s3://"):
            importlib.import_module("boto3")  # which Beam does not ask for before it is used
    except (ValueError, ModuleNotFoundError) as error:
        raise UsageError(
            f"{uri}: no storage is known for {uri.partition('://')[0]}://: install pagebeam[gcp] for gs://, "
            "pagebeam[aws] for s3://"
        ) from error


def write(uri: str, data: bytes, scratch: str, trying: Callable[[Callable[[], None]], Any] = patiently) -> None:
    """Puts `data` at `uri`, whole or not at all: writes aside, into the folder `scratch`, then renames.

    `trying` makes the call: `patiently`, or a `Patience` that several writes share.

    Raises OutputUnwritable, from what the storage's client raised.
    """
    try:
        cloud = cloud_of(uri)
        if cloud is not None:  # there an object is whole or not there
            trying(lambda: cloud.write(uri, data))
        else:
            aside = FileSystems.join(scratch, uuid.uuid4().hex)
            trying(lambda: _write(aside, uri, data))
    except Exception as error:  # each client has classes of its own
        raised = OutputUnwritable(f"{uri} cannot be written: {explain(error)}")
        raised.attempts = getattr(error, "attempts", 1)
        raise raised from error


def write_at_once(uri: str, data: bytes, scratch: str, seconds: float) -> None:
    """As `write`, but a single try, and on gs:// and s3:// only `seconds` without a sign of life."""
    cloud = cloud_of(uri, seconds)
    if cloud is not None:
        cloud.write(uri, data)
    else:
        _write(FileSystems.join(scratch, uuid.uuid4().hex), uri, data)


def read_at_once(uri: str, seconds: float) -> bytes | None:
    """As `read`, but a single try, as `write_at_once`; None where there is no file."""
    try:
        return _read(uri, cloud_of(uri, seconds))
    except Exception as error:  # each client has classes of its own
        if is_missing(error):
            return None
        raise


def _write(aside: str, uri: str, data: bytes) -> None:
    make_folder(aside.rpartition("/")[0])
    make_folder(uri.rpartition("/")[0])
    with FileSystems.create(aside, compression_type=_RAW) as file:
        file.write(data)
    FileSystems.rename([aside], [uri])


def make_folder(uri: str) -> None:
    """Where folders exist (not on object stores), makes sure that this one does."""
    if "://" not in uri:
        os.makedirs(uri, exist_ok=True)


def read(uri: str) -> bytes:
    """A small file of our own."""
    return patiently(lambda: _read(uri, cloud_of(uri)))


def _read(uri: str, cloud: Cloud | None) -> bytes:
    if cloud is not None:
        data = bytearray()
        cloud.read(uri, data.extend)
        return bytes(data)
    with FileSystems.open(uri, compression_type=_RAW) as file:
        return bytes(file.read())


def open_file(uri: str) -> BinaryIO:
    """A file to be read from its beginning, whose reader may go back and forth.

    By Beam on every storage: what is read of it is not tried again here, but there, and patiently.
    """
    file: BinaryIO = patiently(lambda: FileSystems.open(uri, compression_type=_RAW))
    return file


def exists(uri: str) -> bool:
    """Whether there is a file."""
    cloud = cloud_of(uri)
    if cloud is None:
        return bool(patiently(lambda: FileSystems.exists(uri)))
    try:
        patiently(lambda: cloud.look(uri))
    except Exception as error:  # each client has classes of its own
        if is_missing(error):
            return False
        raise
    return True


def listing(pattern: str) -> list[Found]:
    """What matches, in the order of names. The characters of a folder's own name may need `glob.escape`."""
    cloud = cloud_of(pattern)
    found = patiently(lambda: _match(pattern) if cloud is None else _cloud_match(cloud, pattern))
    return sorted(found, key=lambda one: one.path)


def _match(pattern: str) -> list[Found]:
    (result,) = FileSystems.match([pattern])
    return [Found(one.path, one.size_in_bytes, one.last_updated_in_seconds) for one in result.metadata_list]


def _cloud_match(cloud: Cloud, pattern: str) -> list[Found]:
    prefix = fixed_part(pattern)
    if prefix == pattern:  # what only begins like it need not be listed
        try:
            return [cloud.look(pattern)]
        except Exception as error:  # each client has classes of its own
            if is_missing(error):
                return []
            raise
    matches = re.compile(FileSystem.translate_pattern(pattern).replace("[[]", r"\[")).match
    return [found for found in cloud.listing(prefix) if matches(found.path)]


def fixed_part(pattern: str) -> str:
    """What stands before the first character that is a pattern's."""
    return re.split(r"[*?[]", pattern)[0]


def remove(uris: list[str]) -> None:
    """Deletes files."""
    for uri in uris:
        patiently(functools.partial(_remove, uri))


def _remove(uri: str) -> None:
    cloud = cloud_of(uri)
    if cloud is not None:
        cloud.remove(uri)
    elif "://" in uri:
        FileSystems.delete([uri])
    else:
        os.remove(uri)  # Beam's takes a local name for a pattern


def remove_folder(uri: str) -> None:
    """Deletes whatever lies below; nothing is not an error."""
    if "://" not in uri:
        shutil.rmtree(uri, ignore_errors=True)
    else:
        remove([found.path for found in listing(f"{glob.escape(uri)}/**")])
