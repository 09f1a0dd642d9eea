"""The jail: native parsers run in child processes, for untrusted bytes.

A *zygote* (`zygote.py`) has PDFium and the decoders loaded and forks a fresh child for every document; the child
(`child.py`) answers calls about it over a socket, and draws pages in a file that it shares with nobody but its asker.
The rest is the side that trusts nobody: `process.py` starts, waits and kills, `document.py` asks, `jail.py` keeps what
is warm. Answers are JSON and raw bytes, never pickles, and are checked (`wire.py`) before they are believed.
"""

from documents.jail.document import JailedDocument, UnforeseenError
from documents.jail.isolation import LEVELS, lowest
from documents.jail.jail import Jail
from documents.jail.process import Limits

__all__ = ["LEVELS", "Jail", "JailedDocument", "Limits", "UnforeseenError", "lowest"]
