"""What a storage's error means, whichever client raised it.

The clients are not loaded for it: errors are known by the names of their classes, and by status codes.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator

from apache_beam.io.filesystem import BeamIOError

from schemas.errors import OutputUnwritable

_TRANSIENT_STATUS = frozenset({408, 429, 500, 502, 503, 504})
# What S3 and those that speak like it say where no status is at hand (of one object in a batch).
_TRANSIENT_WORDS = frozenset(
    {"InternalError", "OperationAborted", "RequestTimeout", "ServiceUnavailable", "SlowDown", "ThrottlingException"}
)
_TRANSIENT_CLASSES = frozenset(
    {
        "botocore.exceptions.ConnectionError",
        "botocore.exceptions.HTTPClientError",
        "botocore.exceptions.IncompleteReadError",
        "botocore.exceptions.ResponseStreamingError",
        "google.auth.exceptions.TransportError",
        "google.cloud.storage.exceptions.DataCorruption",  # it came otherwise than it was sent
        "http.client.BadStatusLine",
        "http.client.IncompleteRead",
        "requests.exceptions.ChunkedEncodingError",
        "requests.exceptions.ConnectionError",
        "requests.exceptions.Timeout",
        "urllib3.exceptions.IncompleteRead",
        "urllib3.exceptions.PoolError",
        "urllib3.exceptions.ProtocolError",
        "urllib3.exceptions.TimeoutError",
    }
)
_TRANSIENT_NUMBERS = frozenset(  # of the operating system: a file system that is far away is out of reach for a while
    {
        errno.EAGAIN,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.ENETDOWN,
        errno.ENETRESET,
        errno.ENETUNREACH,
        errno.ESTALE,
    }
)
_NO_CREDENTIALS = frozenset(
    {
        "botocore.exceptions.NoCredentialsError",
        "botocore.exceptions.PartialCredentialsError",
        "botocore.exceptions.TokenRetrievalError",
        "google.auth.exceptions.DefaultCredentialsError",
        "google.auth.exceptions.RefreshError",
    }
)


_CLIENTS = ("google.", "botocore.", "boto3.", "requests.", "urllib3.")


def is_transient(error: BaseException) -> bool:
    """Whether trying again may help: the network's own errors, and what a service answers when it is busy."""
    return any(map(_is_transient, _causes(error)))


def _is_transient(cause: object) -> bool:
    answered = _statuses(cause)
    if answered:  # S3 says 400 of what may pass, and only its word tells
        return any(status in _TRANSIENT_STATUS or status in _TRANSIENT_WORDS for status in answered)
    if isinstance(cause, (TimeoutError, ConnectionError)) or _classes(cause) & _TRANSIENT_CLASSES:
        return True
    return isinstance(cause, OSError) and cause.errno in _TRANSIENT_NUMBERS


def is_missing(error: BaseException) -> bool:
    """Whether there is nothing at the place that was asked for; never where it is the credentials that were not found,
    or a service answered otherwise."""
    causes = list(_causes(error))
    if any(_classes(cause) & _NO_CREDENTIALS for cause in causes):
        return False
    answered = [status for cause in causes for status in _statuses(cause)]
    return 404 in answered if answered else any(map(_is_missing, causes))


def _is_missing(cause: object) -> bool:
    if isinstance(cause, FileNotFoundError):
        return True
    # Only a storage's own words: those of the operating system, and Beam's around them, repeat the file's name.
    wraps = isinstance(cause, BeamIOError) and bool(cause.exception_details)
    foreign = any(name.startswith(_CLIENTS) for name in _classes(cause))
    said = isinstance(cause, Exception) and getattr(cause, "errno", None) is None and not wraps and not foreign
    return said and "not found" in str(cause).lower()


def is_refused(error: BaseException) -> bool:
    """Whether the storage knows nobody of that name, or does not let him in."""
    return any(_status(cause) in (401, 403) or _classes(cause) & _NO_CREDENTIALS for cause in _causes(error))


def explain(error: BaseException) -> str:
    """In a few words, for the one who started the job."""
    causes = list(_causes(error))
    if any(_classes(cause) & _NO_CREDENTIALS for cause in causes):
        return "no usable credentials were found"
    statuses = [status for status in map(_status, causes) if status is not None]
    if {401, 403} & set(statuses):
        return f"access is refused (HTTP {next(status for status in statuses if status in (401, 403))})"
    if is_missing(error):
        return "there is no such bucket or folder"
    last = [cause for cause in causes if isinstance(cause, BaseException)][-1]  # what is none is a bare status
    told = last.strerror if isinstance(last, OSError) and last.strerror else type(last).__name__
    return f"{told} (HTTP {statuses[-1]})" if statuses else str(told)


def unwritable(error: BaseException) -> OutputUnwritable | None:
    """The OutputUnwritable that ended a pipeline; None where it was something else.

    Runners hand on the text of a worker's traceback alone, and Beam adds the step to the message.
    """
    own = isinstance(error, OutputUnwritable)
    begins = "" if own else re.escape(f"{OutputUnwritable.__module__}.{OutputUnwritable.__qualname__}: ")
    told = re.search(rf"^{begins}(.*?)(?: \[while running .*)?$", str(error), re.MULTILINE)
    return OutputUnwritable(told[1]) if told else None


def _causes(error: BaseException) -> Iterator[object]:
    """The error, and those that Beam or `storage.write` have wrapped in it."""
    yield error
    if isinstance(error, OutputUnwritable) and error.__cause__ is not None:
        yield from _causes(error.__cause__)
    elif isinstance(error, BeamIOError):
        for cause in (error.exception_details or {}).values():
            if isinstance(cause, BaseException):
                yield from _causes(cause)
            elif cause is not None:
                yield cause  # of a batch on gs:// a bare status
    elif "apache_beam.io.aws.clients.s3.messages.S3ClientError" in _classes(error) and error.__context__ is not None:
        yield from _causes(error.__context__)  # Beam keeps its words alone


def _status(cause: object) -> int | str | None:
    """The first of `_statuses`."""
    return next(iter(_statuses(cause)), None)


def _statuses(cause: object) -> list[int | str]:
    """The HTTP status that a service answered with, and S3's word beside it or in its place."""
    if isinstance(cause, int):
        return [int(cause)]
    response = getattr(cause, "response", None)
    if isinstance(response, dict):  # botocore's
        said = [response.get("ResponseMetadata", {}).get("HTTPStatusCode"), response.get("Error", {}).get("Code")]
    else:
        places = ((cause, "code"), (cause, "status_code"), (response, "status_code"))
        said = [getattr(holder, name, None) for holder, name in places]
    found = [status for status in said if isinstance(status, (int, str))]
    return [int(status) if isinstance(status, int) or status.isdigit() else status for status in found]


def _classes(cause: object) -> set[str]:
    return {f"{kind.__module__}.{kind.__qualname__}" for kind in type(cause).__mro__}
