"""Our own files on any storage that Beam's FileSystems reach: local paths, gs:// and s3:// alike."""

from __future__ import annotations

import glob
import os
import shutil
import uuid
from typing import BinaryIO

from apache_beam.io.filesystem import CompressionTypes, FileMetadata
from apache_beam.io.filesystems import FileSystems

from schemas.errors import UsageError
from transforms.retries import patiently

_RAW = CompressionTypes.UNCOMPRESSED  # a name that ends in .gz is still what it is


def check(uri: str) -> None:
    """Raises UsageError where nothing is installed that knows the URI's storage."""
    try:
        FileSystems.get_filesystem(uri)
    except ValueError as error:
        raise UsageError(
            f"{uri}: no storage is known for {uri.partition('://')[0]}://: install pagebeam[gcp] for gs://, "
            "pagebeam[aws] for s3://"
        ) from error


def write(uri: str, data: bytes, scratch: str) -> None:
    """Puts `data` at `uri`, whole or not at all: writes aside, into the folder `scratch`, then renames."""
    aside = FileSystems.join(scratch, uuid.uuid4().hex)
    patiently(lambda: _write(aside, uri, data))


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
    return patiently(lambda: _read(uri))


def _read(uri: str) -> bytes:
    with FileSystems.open(uri, compression_type=_RAW) as file:
        return bytes(file.read())


def open_file(uri: str) -> BinaryIO:
    """A file to be read from its beginning."""
    file: BinaryIO = patiently(lambda: FileSystems.open(uri, compression_type=_RAW))
    return file


def exists(uri: str) -> bool:
    """Whether there is a file."""
    return bool(patiently(lambda: FileSystems.exists(uri)))


def listing(pattern: str) -> list[FileMetadata]:
    """What matches, in the order of names. The characters of a folder's own name may need `glob.escape`."""
    (result,) = patiently(lambda: FileSystems.match([pattern]))
    return sorted(result.metadata_list, key=lambda found: found.path)


def remove(uris: list[str]) -> None:
    """Deletes files."""
    for uri in uris:
        if "://" not in uri:
            os.remove(uri)  # Beam's takes a local name for a pattern
    far = [uri for uri in uris if "://" in uri]
    if far:
        FileSystems.delete(far)


def remove_folder(uri: str) -> None:
    """Deletes whatever lies below; nothing is not an error."""
    if "://" not in uri:
        shutil.rmtree(uri, ignore_errors=True)
    else:
        remove([found.path for found in listing(f"{glob.escape(uri)}/**")])
