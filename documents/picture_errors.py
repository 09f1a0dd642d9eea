"""What Pillow raises on damaged files, and what Pagebeam makes of it."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

from schemas.errors import CorruptDocument, TooManyPixels

_LIBRARY_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    ArithmeticError,
    AttributeError,
    RuntimeError,
    struct.error,
    zlib.error,
)  # each decoder has its own; found by damaging files


@contextmanager
def decoding() -> Iterator[None]:
    """Turns an error of Pillow's into CorruptDocument or TooManyPixels, and keeps its warnings off the log.

    Nothing but calls into Pillow belongs inside.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Image.DecompressionBombError as error:
        raise TooManyPixels(f"the picture cannot be decoded: {error}") from error
    except _LIBRARY_ERRORS as error:
        told = f": {error}" if isinstance(error, (OSError, SyntaxError)) else ""  # others may quote what is in the file
        raise CorruptDocument(f"the picture cannot be decoded: {type(error).__name__}{told}") from error
