"""A worker process of the local runner: Beam's own, which ends when its launcher does, however that ended.

Started as `python -m pipelines.local_worker LAUNCHER_PID`. A launcher that was killed would otherwise leave workers
that wait for ever.
"""

from __future__ import annotations

import os
import sys
import threading
import time

_SECONDS = 0.5  # between two looks


def _end_with(launcher: int) -> None:
    while os.getppid() == launcher:
        time.sleep(_SECONDS)
    os._exit(1)  # at once: what is half done is done again by the next start


if __name__ == "__main__":
    from apache_beam.runners.worker import sdk_worker_main

    threading.Thread(target=_end_with, args=(int(sys.argv[1]),), daemon=True).start()
    sdk_worker_main.main([])
