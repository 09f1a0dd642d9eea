"""The photographs of anything but documents: which are trained on, which are held back, which hold text."""

from __future__ import annotations

import csv
import random
from pathlib import Path

from training.crops import pages

LIST = Path(__file__).with_name("photos.csv")
HELD = 310
DOCUMENTS = ("swab", "web_site")
"""Print to be read fills the picture: these count as documents, held back."""
UNCLEAR = """
binder book_jacket brass comic_book coyote hand-held_computer packet photocopier rubber_eraser rule scoreboard
slide_rule
""".split()  # noqa: SIM905
"""Some print, but no page: neither trained on nor counted."""
UNCLEAR_TOO = ("hard_disc",)
"""Found among those held back, after the first round of training: a label full of print."""


def write_list(folder: Path, seed: int = 5) -> None:
    """Writes photos.csv: each picture's name and its part (train, held, document, unclear)."""
    rows = [(path.name, _by_eye(path)) for path in sorted(folder.glob("*.jpg"))]
    plain = [name for name, part in rows if not part]
    held = set(random.Random(seed).sample(plain, HELD))
    with LIST.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("name", "part"))
        for name, part in rows:
            too = name.partition("_")[2].partition(".")[0] in UNCLEAR_TOO
            writer.writerow((name, "unclear" if too else part or ("held" if name in held else "train")))


def _by_eye(path: Path) -> str:
    what = path.stem.partition("_")[2]
    return "document" if what in DOCUMENTS else "unclear" if what in UNCLEAR else ""


def photos(data: Path, part: str) -> list[Path]:
    """The pictures of one part, by name."""
    with LIST.open(newline="") as file:
        return [data / "photos" / row["name"] for row in csv.DictReader(file) if row["part"] == part]


def receipts(data: Path, part: str) -> list[Path]:
    """The receipts of one part: training or validation."""
    return [path.with_suffix(".jpg") for path in pages(data, "receipts", part)]
