"""Trying again, where that may help: for transient errors of a storage, and for nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from apache_beam.io.filesystem import BeamIOError
from apache_beam.utils import retry

T = TypeVar("T")
_TRANSIENT_STATUS = frozenset({408, 429, 500, 502, 503, 504})


def is_transient(error: Exception) -> bool:
    """Whether trying again may help: the network's own errors, and what a service answers when it is busy."""
    if isinstance(error, BeamIOError):
        causes = (error.exception_details or {}).values()
        return any(isinstance(cause, Exception) and is_transient(cause) for cause in causes)
    status = getattr(error, "code", None) or getattr(error, "status_code", None)
    return isinstance(error, (TimeoutError, ConnectionError)) or status in _TRANSIENT_STATUS


def patiently(call: Callable[[], T]) -> T:
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
