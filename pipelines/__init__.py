"""The mains: options, and what is joined to what."""

import logging

# At every import Beam says, on the root logger, that Google's clients are not installed. Most users do not need them.
logging.getLogger().addFilter(lambda record: "apitools not found" not in str(record.msg))
