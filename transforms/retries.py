"""Trying again, where that may help: for transient errors of a storage, and for nothing else."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TypeVar, cast

from apache_beam.metrics import Metrics
from apache_beam.metrics.metric import MetricsFilter
from apache_beam.runners.runner import PipelineResult
from apache_beam.utils import retry

from transforms.count_ends import NAMESPACE
from transforms.storage_errors import is_transient

T = TypeVar("T")
MOST_TRIES = 5
LOST = "lost"  # no try saved it
_PREFIX = "retries_"


def patiently(call: Callable[[], T], most_tries: int = MOST_TRIES) -> T:
    """Tries again where that may help; what it raises at last says in `attempts` how often.

    Counts in the job's metrics which try helped a call whose first failed.
    """
    attempts = 0

    @retry.with_exponential_backoff(
        num_retries=most_tries - 1,
        initial_delay_secs=1,
        max_delay_secs=30,
        retry_filter=is_transient,
        logger=lambda *_: None,  # it is counted
    )
    def attempt() -> T:
        nonlocal attempts
        attempts += 1
        return call()

    try:
        result = cast(T, attempt())
    except Exception as error:
        error.attempts = attempts  # type: ignore[attr-defined]
        if attempts > 1 or is_transient(error):
            _count(LOST)
        raise
    if attempts > 1:
        _count(str(attempts))
    return result


class Patience:
    """Calls of one storage, `patiently`: after one that no try saved, each has a single try, until one comes through.

    Else a storage that is down would cost the waits of all tries again and again.
    """

    def __init__(self) -> None:
        self._lost = False

    def __call__(self, call: Callable[[], T]) -> T:
        try:
            result = patiently(call, 1 if self._lost else MOST_TRIES)
        except Exception as error:
            self._lost = is_transient(error)
            raise
        self._lost = False
        return result


def _count(what: str) -> None:
    Metrics.counter(NAMESPACE, f"{_PREFIX}{what}").inc()


def counted(result: PipelineResult, prefix: str = _PREFIX) -> dict[str, int]:
    """What a pipeline's workers have counted: calls whose first try failed, by the try that saved them, or LOST.

    Or other counters whose names begin alike, by what follows `prefix`. Empty where the runner does not tell: that is
    no reason to end the job.
    """
    counts: dict[str, int] = {}
    with contextlib.suppress(Exception):  # runners have classes of their own
        found = result.metrics().query(MetricsFilter().with_namespace(NAMESPACE))["counters"]
        for one in found:  # a counter is told once for each stage
            name = one.key.metric.name
            if name.startswith(prefix):
                counts[name[len(prefix) :]] = counts.get(name[len(prefix) :], 0) + int(one.attempted or 0)
    return counts


def saved_share(counts: dict[str, int]) -> float | None:
    """Of the calls whose first try failed, the share that a second or third saved; None where none failed."""
    failed = sum(counts.values())
    return (counts.get("2", 0) + counts.get("3", 0)) / failed if failed else None
