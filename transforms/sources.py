"""The files that are to be read: what the storage says of them, and their bytes."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
from collections.abc import Iterator

from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems

from documents import blob, media
from schemas.errors import PagebeamError, SourceMissing, SourceUnreadable
from transforms.clouds import Found, cloud_of
from transforms.retries import patiently
from transforms.storage_errors import explain, is_missing

_CHUNK = 1 << 20  # bytes


@dataclasses.dataclass(frozen=True)
class Source:
    """A file's bytes in an anonymous file (documents.blob), for as long as the context lasts."""

    descriptor: int
    size: int
    document_id: str  # SHA-256, lower-case hex
    head: bytes  # documents.media.HEAD_BYTES


def metadata(uri: str) -> Found:
    """Size, time and version of one file. Raises SourceMissing, SourceUnreadable."""
    with _source_errors(uri):
        return patiently(lambda: _metadata(uri))


def _metadata(uri: str) -> Found:
    cloud = cloud_of(uri)
    if cloud is not None:
        return cloud.look(uri)
    if "://" in uri:  # not `match`: a name may hold the characters of a pattern
        found = FileSystems.get_filesystem(uri).metadata(uri)
        return Found(uri, found.size_in_bytes, found.last_updated_in_seconds)
    stat = os.stat(uri)
    if not os.path.isfile(uri):
        raise SourceUnreadable(f"{uri} is not a regular file")
    return Found(uri, stat.st_size, stat.st_mtime)


def version_of(found: Found) -> str:
    """A file's version: the storage's own, or else its size and the time of its last change."""
    return found.version or f"{found.size_in_bytes}-{found.last_updated_in_seconds:.3f}"


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
    head, size = b"", 0

    def take(chunk: bytes) -> None:
        nonlocal head, size
        digest.update(chunk)
        head += chunk[: max(0, media.HEAD_BYTES - len(head))]
        size += blob.fill(descriptor, [chunk])

    try:
        cloud = cloud_of(uri)
        if cloud is not None:
            cloud.read(uri, take)
        else:
            with FileSystems.open(uri, compression_type=CompressionTypes.UNCOMPRESSED) as file:
                while chunk := file.read(_CHUNK):
                    take(chunk)
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
        raised: PagebeamError
        if is_missing(error):
            raised = SourceMissing(f"there is nothing at {uri}")
        else:
            raised = SourceUnreadable(f"{uri} cannot be read: {explain(error)}")
        raised.attempts = getattr(error, "attempts", 1)
        raise raised from error


@contextlib.contextmanager
def held(data: bytes) -> Iterator[int]:
    """Bytes of our own in an anonymous file."""
    descriptor = blob.create()
    try:
        blob.fill(descriptor, [data])
        yield descriptor
    finally:
        os.close(descriptor)
