"""Storage through Beam's FileSystems: local paths, gs:// and s3:// alike."""

from __future__ import annotations

import contextlib
import dataclasses
import glob
import hashlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from typing import BinaryIO, TypeVar, cast

from apache_beam.io.filesystem import BeamIOError, CompressionTypes, FileMetadata
from apache_beam.io.filesystems import FileSystems
from apache_beam.utils import retry

from documents import blob
from schemas.errors import PagebeamError, SourceMissing, SourceUnreadable, UsageError

T = TypeVar("T")
_CHUNK = 1 << 20  # bytes
_RAW = CompressionTypes.UNCOMPRESSED  # a name that ends in .gz is still what it is
_TRANSIENT_STATUS = frozenset({408, 429, 500, 502, 503, 504})


def is_transient(error: Exception) -> bool:
    """Whether trying again may help: the network's own errors, and what a service answers when it is busy."""
    if isinstance(error, BeamIOError):
        causes = (error.exception_details or {}).values()
        return any(isinstance(cause, Exception) and is_transient(cause) for cause in causes)
    status = getattr(error, "code", None) or getattr(error, "status_code", None)
    return isinstance(error, (TimeoutError, ConnectionError)) or status in _TRANSIENT_STATUS


def _patiently(call: Callable[[], T]) -> T:
    """Tries again where that may help; what it raises at last says in `attempts` how often."""
    attempts = 0

    @retry.with_exponential_backoff(num_retries=4, initial_delay_secs=1, max_delay_secs=30, retry_filter=is_transient)
    def attempt() -> T:
        nonlocal attempts
        attempts += 1
        return call()

    try:
        return cast(T, attempt())
    except Exception as error:
        error.attempts = attempts  # type: ignore[attr-defined]
        raise


def check(uri: str) -> None:
    """Raises UsageError where nothing is installed that knows the URI's storage."""
    try:
        FileSystems.get_filesystem(uri)
    except ValueError as error:
        raise UsageError(
            f"{uri}: no storage is known for {uri.partition('://')[0]}://: install pagebeam[gcp] for gs://, "
            "pagebeam[aws] for s3://"
        ) from error


@dataclasses.dataclass(frozen=True)
class Source:
    """A file's bytes in an anonymous file (documents.blob), for as long as the context lasts."""

    descriptor: int
    size: int
    document_id: str  # SHA-256, lower-case hex
    head: bytes  # the first few KB


def metadata(uri: str) -> FileMetadata:
    """Size and time of one file. Raises SourceMissing, SourceUnreadable."""
    # Not `match`: a name may hold the characters of a pattern.
    with _source_errors(uri):
        if "://" in uri:
            return _patiently(lambda: FileSystems.get_filesystem(uri).metadata(uri))
        stat = os.stat(uri)
        if not os.path.isfile(uri):
            raise SourceUnreadable(f"{uri} is not a regular file")
        return FileMetadata(uri, stat.st_size, stat.st_mtime)


def version_of(found: FileMetadata) -> str:
    """A file's version where the storage tells no better: its size and the time of its last change."""
    return f"{found.size_in_bytes}-{found.last_updated_in_seconds:.3f}"


@contextlib.contextmanager
def fetched(uri: str) -> Iterator[Source]:
    """The whole file, hashed on the way. Raises SourceMissing, SourceUnreadable."""
    with _source_errors(uri):
        descriptor, size, digest, head = _patiently(lambda: _fetch(uri))
    try:
        yield Source(descriptor, size, digest, head)
    finally:
        os.close(descriptor)


def _fetch(uri: str) -> tuple[int, int, str, bytes]:
    digest = hashlib.sha256()
    descriptor = blob.create()
    head = b""

    def chunks() -> Iterator[bytes]:
        nonlocal head
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            if len(head) < 4096:
                head += chunk[: 4096 - len(head)]
            yield chunk

    try:
        with FileSystems.open(uri, compression_type=_RAW) as file:
            size = blob.fill(descriptor, chunks())
        blob.seal(descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor, size, digest.hexdigest(), head


@contextlib.contextmanager
def _source_errors(uri: str) -> Iterator[None]:
    """Turns what storages raise into our errors; each has an exception class of its own."""
    try:
        yield
    except PagebeamError:
        raise
    except Exception as error:
        causes = [error, *(getattr(error, "exception_details", None) or {}).values()]
        raised: PagebeamError
        if any(map(_is_missing, causes)):
            raised = SourceMissing(f"there is nothing at {uri}")
        else:
            raised = SourceUnreadable(f"{uri} cannot be read: {type(causes[-1]).__name__}")
        raised.attempts = getattr(error, "attempts", 1)
        raise raised from error


def _is_missing(cause: object) -> bool:
    if isinstance(cause, FileNotFoundError) or getattr(cause, "code", None) == 404:
        return True
    # Only a storage's own words: those of the operating system repeat the file's name.
    return isinstance(cause, Exception) and getattr(cause, "errno", None) is None and "not found" in str(cause).lower()


@contextlib.contextmanager
def held(data: bytes) -> Iterator[int]:
    """Bytes of our own in an anonymous file."""
    descriptor = blob.create()
    try:
        blob.fill(descriptor, [data])
        yield descriptor
    finally:
        os.close(descriptor)


def write(uri: str, data: bytes, scratch: str) -> None:
    """Puts `data` at `uri`, whole or not at all: writes aside, into the folder `scratch`, then renames."""
    aside = FileSystems.join(scratch, uuid.uuid4().hex)
    _patiently(lambda: _write(aside, uri, data))


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
    return _patiently(lambda: _read(uri))


def _read(uri: str) -> bytes:
    with FileSystems.open(uri, compression_type=_RAW) as file:
        return bytes(file.read())


def open_file(uri: str) -> BinaryIO:
    """A file to be read from its beginning."""
    file: BinaryIO = _patiently(lambda: FileSystems.open(uri, compression_type=_RAW))
    return file


def exists(uri: str) -> bool:
    """Whether there is a file."""
    return bool(_patiently(lambda: FileSystems.exists(uri)))


def listing(pattern: str) -> list[FileMetadata]:
    """What matches, in the order of names. The characters of a folder's own name may need `glob.escape`."""
    (result,) = _patiently(lambda: FileSystems.match([pattern]))
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
