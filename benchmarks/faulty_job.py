"""The job with benchmarks.faults in it: `python -m benchmarks.faulty_job` takes the options of pipelines.backfill."""

from __future__ import annotations

import sys

from benchmarks import faults  # the launcher does the work itself where there is one worker
from pipelines.backfill import main

if __name__ == "__main__":
    sys.exit(main([*sys.argv[1:], f"--beam_plugin={faults.__name__}"]))
