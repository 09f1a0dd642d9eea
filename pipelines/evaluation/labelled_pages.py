"""A folder of labelled pages.

`NAME.jpg` or `NAME.png` is a page, `NAME.txt` beside it all its text in reading order, and `NAME.json`, where there is
one, a list of `[x0, y0, x1, y1, text]` in pixels of the picture as it is stored. `split.csv` (`name,split`) may say
which pages belong to which part of the set.
"""

from __future__ import annotations

import csv
import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from pipelines.evaluation.detection import Found
from schemas.errors import UsageError
from schemas.geometry import Box

PICTURES = frozenset({".jpg", ".png"})
# In the sets at hand 48 % of the lines' texts have more than one word, and 0.2 % of the words' texts.
LINES_FROM = 0.1


@dataclasses.dataclass(frozen=True)
class LabelledPage:
    """A page and what stands on it."""

    category: str  # name of its folder
    name: str
    picture: str  # path
    width: int  # pixels of the picture as it is stored
    height: int
    text: str
    boxes: tuple[Found, ...] | None  # in those pixels; None: not known for this page
    lines: bool  # a box is a line's, and not a word's; the same for all pages of a folder


def read_folder(folder: Path, split: str | None = None, limit: int | None = None) -> list[LabelledPage]:
    """Its pages by name: those of a part where `split` names one and there is a split.csv, `limit` of them at most.

    Under a limit they are spread evenly over the names. Raises UsageError where the folder is not as it should be.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder of labelled pages")
    pictures = sorted(path for path in folder.iterdir() if path.suffix in PICTURES)
    chosen = _part(folder, split)
    pictures = _spread([path for path in pictures if chosen is None or path.stem in chosen], limit)
    if not pictures:
        raise UsageError(f"{folder} has no labelled pages: NAME.jpg or NAME.png with NAME.txt beside it")
    labels = [_labels(path.with_suffix(".json")) for path in pictures]
    lines = _are_lines([label.text for some in labels for label in some or ()])
    return [_page(path, boxes, lines) for path, boxes in zip(pictures, labels, strict=True)]


def _part(folder: Path, split: str | None) -> set[str] | None:
    """Names of the pages of a part, None for all of them."""
    path = folder / "split.csv"
    if split is None or not path.is_file():
        return None
    with path.open(newline="", encoding="utf-8") as file:
        parts = [(row.get("name"), row.get("split")) for row in csv.DictReader(file)]
    names = {name for name, part in parts if name and part == split}
    if not names:
        raise UsageError(f"{path} knows no part {split!r}, only {sorted({part for _, part in parts if part})}")
    return names


def _spread(paths: Sequence[Path], limit: int | None) -> list[Path]:
    count = min(len(paths), limit or len(paths))
    return [paths[index * len(paths) // count] for index in range(count)]


def _page(picture: Path, boxes: tuple[Found, ...] | None, lines: bool) -> LabelledPage:
    try:
        text = picture.with_suffix(".txt").read_text(encoding="utf-8")
        with Image.open(picture) as image:
            width, height = image.size
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{picture} or the text beside it cannot be read: {type(error).__name__}") from error
    category = picture.parent.resolve().name
    return LabelledPage(category, picture.stem, str(picture.resolve()), width, height, text, boxes, lines)


def _labels(path: Path) -> tuple[Found, ...] | None:
    if not path.is_file():
        return None
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return tuple(Found(Box(*map(float, box)), str(text)) for *box, text in rows)
    except (ValueError, TypeError) as error:
        raise UsageError(f"{path} is no list of [x0, y0, x1, y1, text]") from error


def _are_lines(texts: Sequence[str]) -> bool:
    """Whether the boxes' texts hold white space in earnest."""
    return sum(len(text.split()) > 1 for text in texts) > LINES_FROM * len(texts)
