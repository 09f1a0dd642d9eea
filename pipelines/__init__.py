"""The mains: options, and what is joined to what."""

import logging
import os

# One thread a process, here too: the processes are as many as the cores. To be said before NumPy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# At every import Beam says, on the root logger, that Google's clients are not installed. Most users do not need them.
logging.getLogger().addFilter(lambda record: "apitools not found" not in str(record.msg))
