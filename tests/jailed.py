"""Opening small documents in a jail, for tests."""

from __future__ import annotations

import io
import os

import numpy as np
from PIL import Image

from documents import blob
from documents.jail import Jail, JailedDocument, Limits

LIMITS = Limits(memory_bytes=256 << 20, cpu_seconds=0.2, wall_seconds=300.0)  # the clock only ends a broken test


def png(fault: str = "") -> bytes:
    """A white page with a black bar; with a fault behind its end."""
    pixels = np.full((60, 80, 3), 255, np.uint8)
    pixels[20:40, 10:70] = 0
    sink = io.BytesIO()
    Image.fromarray(pixels).save(sink, "PNG")
    return sink.getvalue() + (b"FAULT " + fault.encode() if fault else b"")


class Opened:
    """Opens documents in one jail and closes what is left."""

    def __init__(self, jail: Jail) -> None:
        self.jail = jail

    def __call__(self, data: bytes, media_type: str = "image/png") -> _Context:
        return _Context(self.jail, data, media_type)


class _Context:
    def __init__(self, jail: Jail, data: bytes, media_type: str) -> None:
        self._descriptor = blob.create()
        blob.fill(self._descriptor, [data])
        blob.seal(self._descriptor)
        self._manager = jail.open(self._descriptor, len(data), media_type)

    def __enter__(self) -> JailedDocument:
        return self._manager.__enter__()

    def __exit__(self, *error: object) -> None:
        self._manager.__exit__(*error)  # type: ignore[arg-type]
        os.close(self._descriptor)
