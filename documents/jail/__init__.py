"""The jail: native parsers run in child processes, for untrusted bytes.

A *zygote* (`zygote.py`) has PDFium and the decoders loaded and forks a fresh child for every document; the child
(`child.py`) answers calls about it over a socket; `jail.py` is the side that trusts nobody: it starts, times and kills.
Answers are JSON and raw bytes, never pickles, and are checked (`wire.py`) before they are believed.
"""

from documents.jail.jail import ISOLATION, Jail, JailedDocument, Limits

__all__ = ["ISOLATION", "Jail", "JailedDocument", "Limits"]
