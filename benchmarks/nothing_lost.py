"""Nothing is lost on the way: the job's words are the engine's own.

    python -m benchmarks.nothing_lost FOLDER [--pages 40] [--engine native]

Renders the pages of FOLDER as the job does, calls the engine directly, runs the job on the same files, and compares the
words of each page as multisets, with their places.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq

from documents import media, reader
from models.engines import Engine, open_engine
from pipelines.backfill import main as backfill
from schemas.geometry import clip_unit, transform_quads


def direct(path: Path, engine: Engine) -> Counter[tuple[str, float, float]]:
    """The engine's words over a picture's first page: text, left and top in fractions, to four places."""
    data = path.read_bytes()
    media_type = media.sniff(data[:4096])
    if media_type is None:
        raise SystemExit(f"{path} is no picture")
    with reader.open_document(data, media_type) as document:
        image = document.render(0)
    words = engine.read(image)
    boxes = [clip_unit(quad).box for quad in transform_quads(image.to_page, [word.quad for word in words])]
    return Counter((word.text, round(box.left, 4), round(box.top, 4)) for word, box in zip(words, boxes, strict=True))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--pages", type=int, default=40)
    parser.add_argument("--engine", default="native")
    arguments = parser.parse_args()
    pictures = sorted(path for path in Path(arguments.folder).iterdir() if path.suffix in {".jpg", ".png"})
    with tempfile.TemporaryDirectory(prefix="pagebeam-lost-") as scratch:
        chosen = Path(scratch, "pages")
        chosen.mkdir()
        for picture in pictures[: arguments.pages]:
            shutil.copy(picture, chosen)
        output = f"{scratch}/out"
        code = backfill(["--input", str(chosen), "--output", output, "--run", "lost", "--engine", arguments.engine])
        table = pq.read_table(f"{output}/tables/tokens").to_pylist()
        engine = open_engine(arguments.engine)
        different = [path.name for path in sorted(chosen.iterdir()) if _of_job(table, path) != direct(path, engine)]
    figures = {"pages": len(pictures[: arguments.pages]), "words": len(table), "pages_that_differ": different}
    print(json.dumps(figures, indent=1))
    return code or bool(different)


def _of_job(table: list[dict[str, object]], path: Path) -> Counter[tuple[object, float, float]]:
    rows = [row for row in table if row["uri"] == str(path)]
    return Counter((row["text"], round(float(str(row["left"])), 4), round(float(str(row["top"])), 4)) for row in rows)


if __name__ == "__main__":
    sys.exit(main())
