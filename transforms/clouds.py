"""gs:// and s3:// by their makers' clients: one try a call, and a file's version with its bytes.

Beam's FileSystems, which serve every other storage, tell no version; they make a client anew for each call (S3: some
90 ms of CPU time), and on S3 they try for about ten minutes on their own, whatever the error. Here trying again is left
to transforms.retries, which counts it. An object appears whole or not at all, so nothing need be written aside.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions, S3Options

_SECONDS = 60.0
_CHUNK = 1 << 20  # bytes
_local = threading.local()


@dataclasses.dataclass(frozen=True)
class Found:
    """What a storage says of a file."""

    path: str
    size_in_bytes: int
    last_updated_in_seconds: float  # since the epoch
    version: str | None = None  # GCS: its generation; S3: its ETag; None from other storages


class Cloud(Protocol):
    """A storage of objects. Every method raises what its client raises."""

    def look(self, uri: str) -> Found:
        """What there is. Raises FileNotFoundError where there is nothing."""

    def read(self, uri: str, take: Callable[[bytes], object]) -> None:
        """Hands over the object piece by piece."""

    def write(self, uri: str, data: bytes) -> None:
        """Puts an object in its place, whole or not at all."""

    def remove(self, uri: str) -> None:
        """Deletes an object; none is no error."""

    def listing(self, prefix: str) -> Iterator[Found]:
        """All objects whose URI begins with `prefix`, which names the bucket at least."""


def cloud_of(uri: str, seconds: float = _SECONDS) -> Cloud | None:
    """The storage of a URI; None where that is none of these. One client a thread.

    A call ends with an error after `seconds` without a sign of life.
    """
    scheme = uri.partition("://")[0]
    if scheme not in _CLOUDS or "://" not in uri:
        return None
    options = FileSystems._pipeline_options  # Beam's own way to its workers; no public name leads there
    made: dict[tuple[str, float], tuple[Any, Cloud]] = _local.__dict__.setdefault("clouds", {})
    kind = scheme, seconds
    if kind not in made or made[kind][0] is not options:
        made[kind] = options, _CLOUDS[scheme](options if options is not None else PipelineOptions([]), seconds)
    return made[kind][1]


def _parts(uri: str) -> tuple[str, str]:
    bucket, _, name = uri.partition("://")[2].partition("/")
    return bucket, name


class _Google:
    def __init__(self, options: PipelineOptions, seconds: float) -> None:
        from apache_beam.io.gcp.gcsio import create_storage_client

        self._client: Any = create_storage_client(options)
        self._patience = {"retry": None, "timeout": seconds}

    def _blob(self, uri: str) -> Any:
        bucket, name = _parts(uri)
        return self._client.bucket(bucket).blob(name)

    def look(self, uri: str) -> Found:
        bucket, name = _parts(uri)
        blob = self._client.bucket(bucket).get_blob(name, **self._patience)
        if blob is None:
            raise FileNotFoundError(uri)
        return _found_blob(uri, blob)

    def read(self, uri: str, take: Callable[[bytes], object]) -> None:
        self._client.download_blob_to_file(self._blob(uri), _Taker(take), raw_download=True, **self._patience)

    def write(self, uri: str, data: bytes) -> None:
        self._blob(uri).upload_from_string(data, "application/octet-stream", **self._patience)

    def remove(self, uri: str) -> None:
        bucket, name = _parts(uri)
        self._client.bucket(bucket).delete_blobs([name], on_error=lambda _: None, **self._patience)

    def listing(self, prefix: str) -> Iterator[Found]:
        bucket, name = _parts(prefix)
        for blob in self._client.list_blobs(bucket, prefix=name, **self._patience):
            yield _found_blob(f"gs://{bucket}/{blob.name}", blob)


def _found_blob(uri: str, blob: Any) -> Found:
    return Found(uri, int(blob.size), blob.updated.timestamp(), str(blob.generation))


class _Taker:
    """A file to be written to."""

    def __init__(self, take: Callable[[bytes], object]) -> None:
        self._take = take

    def write(self, chunk: bytes) -> int:
        self._take(chunk)
        return len(chunk)


class _S3:
    def __init__(self, options: PipelineOptions, seconds: float) -> None:
        import boto3
        from botocore.config import Config

        given = options.view_as(S3Options)
        once = Config(retries={"total_max_attempts": 1}, connect_timeout=seconds, read_timeout=seconds)
        self._client: Any = boto3.session.Session().client(
            "s3",
            config=once,
            region_name=given.s3_region_name,
            api_version=given.s3_api_version,
            use_ssl=not given.s3_disable_ssl,
            verify=given.s3_verify,
            endpoint_url=given.s3_endpoint_url,
            aws_access_key_id=given.s3_access_key_id,
            aws_secret_access_key=given.s3_secret_access_key,
            aws_session_token=given.s3_session_token,
        )

    def _place(self, uri: str) -> dict[str, str]:
        bucket, key = _parts(uri)
        return {"Bucket": bucket, "Key": key}

    def look(self, uri: str) -> Found:
        head = self._client.head_object(**self._place(uri))
        return _found_object(uri, head["ContentLength"], head)

    def read(self, uri: str, take: Callable[[bytes], object]) -> None:
        body = self._client.get_object(**self._place(uri))["Body"]
        with body:
            for chunk in body.iter_chunks(_CHUNK):
                take(chunk)

    def write(self, uri: str, data: bytes) -> None:
        self._client.put_object(**self._place(uri), Body=data)

    def remove(self, uri: str) -> None:
        self._client.delete_object(**self._place(uri))

    def listing(self, prefix: str) -> Iterator[Found]:
        bucket, key = _parts(prefix)
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key):
            for one in page.get("Contents", []):
                yield _found_object(f"s3://{bucket}/{one['Key']}", one["Size"], one)


def _found_object(uri: str, size: int, answer: dict[str, Any]) -> Found:
    return Found(uri, int(size), answer["LastModified"].timestamp(), answer["ETag"].strip('"'))


_CLOUDS: dict[str, Callable[[PipelineOptions, float], Cloud]] = {"gs": _Google, "s3": _S3}
