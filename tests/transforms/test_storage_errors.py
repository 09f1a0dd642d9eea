from __future__ import annotations

import errno
import http.client
from typing import Any

import pytest
from apache_beam.io.aws.clients.s3.messages import S3ClientError
from apache_beam.io.filesystem import BeamIOError

from schemas.errors import OutputUnwritable
from transforms.storage_errors import explain, is_missing, is_refused, is_transient, unwritable


def named(module: str, name: str, bases: tuple[type, ...] = (Exception,), **attributes: Any) -> Exception:
    """An error of a client that need not be installed."""
    error: Exception = type(name, bases, {"__module__": module})("told")
    for attribute, value in attributes.items():
        setattr(error, attribute, value)
    return error


def answered(status: int | None, code: str = "") -> Exception:
    """botocore's, of what a service answered."""
    answer = {"ResponseMetadata": {"HTTPStatusCode": status}, "Error": {"Code": code}}
    return named("botocore.exceptions", "ClientError", response=answer)


def wrapped(cause: Exception | int) -> BeamIOError:
    return BeamIOError("failed", {"gs://a/b": cause})


def of_beam(context: Exception) -> S3ClientError:
    """As Beam's S3 client wraps what is no answer: with its words alone."""
    try:
        try:
            raise context
        except Exception as error:
            raise S3ClientError(str(error), None)  # noqa: B904  # as it is done there
    except S3ClientError as error:
        return error


POOL = type("ConnectionError", (OSError,), {"__module__": "requests.exceptions"})


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(),
        TimeoutError(),
        http.client.IncompleteRead(b""),
        OSError(errno.ESTALE, "Stale file handle"),
        OSError(errno.ENETUNREACH, "Network is unreachable"),
        answered(503),
        answered(429, "SlowDown"),
        answered(None, "InternalError"),
        answered(400, "RequestTimeout"),
        answered(409, "OperationAborted"),
        named("google.api_core.exceptions", "ServiceUnavailable", code=503),
        named("google.cloud.storage.exceptions", "InvalidResponse", response=named("m", "R", status_code=502)),
        named("google.auth.exceptions", "TransportError"),
        named("requests.exceptions", "SSLError", (POOL,)),
        named("requests.exceptions", "ChunkedEncodingError", (OSError,)),
        named("urllib3.exceptions", "ProtocolError"),
        named("botocore.exceptions", "ReadTimeoutError", (type(named("botocore.exceptions", "HTTPClientError")),)),
        named("botocore.exceptions", "ResponseStreamingError"),
        S3ClientError("busy", 503),
        S3ClientError("busy", "SlowDown"),
        of_beam(named("botocore.exceptions", "ConnectionError")),
        wrapped(answered(500)),
        wrapped(503),
    ],
    ids=repr,
)
def test_what_may_pass_is_told_whichever_client_raised_it(error: Exception) -> None:
    assert is_transient(error)
    assert not is_refused(error)


@pytest.mark.parametrize(
    "error",
    [
        ValueError(),
        PermissionError(errno.EACCES, "Permission denied"),
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EIO, "Input/output error"),
        answered(403, "AccessDenied"),
        answered(None, "AccessDenied"),
        named("google.api_core.exceptions", "Forbidden", code=403),
        named("google.api_core.exceptions", "RetryError"),  # the client has tried for two minutes
        named("botocore.exceptions", "NoCredentialsError"),
        S3ClientError("no", 403),
        of_beam(named("botocore.exceptions", "NoCredentialsError")),
        wrapped(403),
    ],
    ids=repr,
)
def test_what_stays_is_told(error: Exception) -> None:
    assert not is_transient(error)


@pytest.mark.parametrize(
    "error",
    [FileNotFoundError(), answered(404, "NoSuchKey"), S3ClientError("", 404), wrapped(404), wrapped(answered(404))],
)
def test_what_is_missing_is_told(error: Exception) -> None:
    assert is_missing(error)
    assert explain(error) == "there is no such bucket or folder"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (answered(403), "access is refused (HTTP 403)"),
        (wrapped(named("google.api_core.exceptions", "Unauthorized", code=401)), "access is refused (HTTP 401)"),
        (of_beam(named("botocore.exceptions", "NoCredentialsError")), "no usable credentials were found"),
        (named("google.auth.exceptions", "RefreshError"), "no usable credentials were found"),
    ],
)
def test_who_is_not_let_in_is_told_why(error: Exception, told: str) -> None:
    assert is_refused(error)
    assert explain(error) == told


def test_other_causes_are_told_by_class_status_or_the_systems_words() -> None:
    assert explain(answered(503)) == "ClientError (HTTP 503)"
    assert explain(wrapped(503)) == "BeamIOError (HTTP 503)"  # a bare status
    assert explain(OSError(errno.ENOSPC, "No space left on device", "/a/secret name")) == "No space left on device"
    assert explain(ValueError("text of a document")) == "ValueError"


@pytest.mark.parametrize(
    "error",
    [
        type("DefaultCredentialsError", (Exception,), {"__module__": "google.auth.exceptions"})("were not found"),
        wrapped(type("RefreshError", (Exception,), {"__module__": "google.auth.exceptions"})("account not found")),
        BeamIOError("failed", {"hdfs://a/lost - not found.pdf": PermissionError(errno.EACCES, "no")}),
        answered(403, "AccessDenied"),
    ],
    ids=repr,
)
def test_what_is_not_found_besides_the_file_is_not_taken_for_the_file(error: Exception) -> None:
    assert not is_missing(error)


def test_why_a_pipeline_ended_is_known_by_the_text_of_a_workers_traceback() -> None:
    text = (
        "Traceback (most recent call last):\n  File ...\n"
        "schemas.errors.OutputUnwritable: /out/a b.parquet cannot be written: No space left on device "
        "[while running 'WriteTokens/WritePart']\n\nDuring handling of ..."
    )
    found = unwritable(RuntimeError(text))
    assert str(found) == "/out/a b.parquet cannot be written: No space left on device"
    assert unwritable(RuntimeError(text.replace("OutputUnwritable", "CorruptDocument"))) is None
    assert str(unwritable(OutputUnwritable("x cannot be written: y [while running 'Z']"))) == "x cannot be written: y"
    raised = OutputUnwritable("x")
    raised.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    assert explain(raised) == "No space left on device"
