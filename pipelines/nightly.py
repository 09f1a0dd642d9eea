"""The job for every night: what is new, changed or gone since the earlier runs to the same output.

python -m pipelines.nightly --input FOLDER --output OUT
"""

from __future__ import annotations

import sys

from pipelines import backfill


def main(argv: list[str] | None = None) -> int:
    """Parses, builds, runs. Returns the exit code."""
    return backfill.main(argv, nightly=True)


if __name__ == "__main__":
    sys.exit(main())
