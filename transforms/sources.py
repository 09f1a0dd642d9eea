"""The files that are to be read: what the storage says of them, and their bytes."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
from collections.abc import Iterator

from apache_beam.io.filesystem import CompressionTypes, FileMetadata
from apache_beam.io.filesystems import FileSystems

from documents import blob, media
from schemas.errors import PagebeamError, SourceMissing, SourceUnreadable
from transforms.retries import patiently

_CHUNK = 1 << 20  # bytes


@dataclasses.dataclass(frozen=True)
class Source:
    """A file's bytes in an anonymous file (documents.blob), for as long as the context lasts."""

    descriptor: int
    size: int
    document_id: str  # SHA-256, lower-case hex
    head: bytes  # documents.media.HEAD_BYTES


def metadata(uri: str) -> FileMetadata:
    """Size and time of one file. Raises SourceMissing, SourceUnreadable."""
    # Not `match`: a name may hold the characters of a pattern.
    with _source_errors(uri):
        if "://" in uri:
            return patiently(lambda: FileSystems.get_filesystem(uri).metadata(uri))
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
        descriptor, size, digest, head = patiently(lambda: _fetch(uri))
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
            head += chunk[: max(0, media.HEAD_BYTES - len(head))]
            yield chunk

    try:
        with FileSystems.open(uri, compression_type=CompressionTypes.UNCOMPRESSED) as file:
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
