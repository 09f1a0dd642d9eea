"""What every OCR engine has in common."""

from __future__ import annotations

import unicodedata
from typing import Protocol

from schemas.pages import PageImage, Word


class Engine(Protocol):
    """Page image in, words out.

    Reading a page depends on its pixels alone, never on pages read before. One engine belongs to one thread.
    """

    @property
    def name(self) -> str:
        """As in `models.engines.ENGINES`."""

    @property
    def version(self) -> str:
        """Of what reads: the package or the binary."""

    def read(self, image: PageImage) -> list[Word]:
        """The page's words, lines in reading order, quads in pixels of `image`.

        A text is NFC, not empty and free of white space; `line` counts from 0 without gaps. Raises EngineError, whose
        message never holds text of the page.
        """


def clean(text: str) -> str:
    """A word's text as every engine hands it out: NFC, without white space; may be empty."""
    return unicodedata.normalize("NFC", "".join(text.split()))
