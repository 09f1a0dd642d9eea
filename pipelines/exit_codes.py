"""What the job's exit code says: of what broke a run off, and of a run that came to its end."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable

from pipelines.lock import LockLost
from pipelines.plan import Plan
from schemas.errors import OutputUnwritable, UsageError
from transforms.compare_entries import UNKNOWN

DONE, TROUBLE, USAGE, INTERRUPTED = 0, 1, 2, 130
MOST_INTERNAL_ERRORS = 0.001  # of the entries; above, something is wrong with the job and not with the files


def exit_code(work: Callable[[], int]) -> int:
    """What the work gives, or what its errors come to, each said on stderr."""
    try:
        return work()
    except UsageError as error:
        print(f"pagebeam: {error}", file=sys.stderr)
        return USAGE
    except (LockLost, OutputUnwritable) as error:
        print(f"pagebeam: {error}", file=sys.stderr)
        return TROUBLE
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        print(f"pagebeam: {error.filename or 'a file'} cannot be written: {error.strerror}", file=sys.stderr)
        return TROUBLE
    except KeyboardInterrupt:
        return INTERRUPTED


def of_run(planned: Plan, ended: int, internal_errors: int) -> int:
    """The code of a run whose waves are whole; trouble is said on stderr.

    Args:
        ended: entries that have a row.
        internal_errors: errors that nobody foresaw.
    """
    if ended != planned.entries:
        print(f"pagebeam: {planned.entries:,} entries were planned, {ended:,} ended", file=sys.stderr)
        return TROUBLE
    unknown, known = (planned.changes or {}).get(UNKNOWN, 0), sum((planned.changes or {}).values())
    if unknown > MOST_INTERNAL_ERRORS * known:
        print(f"pagebeam: the storage did not say of {unknown:,} of {known:,} files what is there now", file=sys.stderr)
        return TROUBLE
    if internal_errors > MOST_INTERNAL_ERRORS * planned.entries:
        print(
            f"pagebeam: {internal_errors:,} errors that nobody foresaw: "
            "see the rows with error = 'internal_error' in the failures table",
            file=sys.stderr,
        )
        return TROUBLE
    return DONE
