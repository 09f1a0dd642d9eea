from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from pdfs import lines, one_page
from PIL import Image

from documents import media
from documents.picture_pixels import to_grey
from documents.reader import open_document
from schemas.errors import PagebeamError
from schemas.geometry import transform

SHARED = Path(os.environ.get("PAGEBEAM_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))


@pytest.mark.parametrize("media_type", [media.PDF, media.TIFF])
def test_one_door_for_pdfs_and_pictures(media_type: str) -> None:
    file = io.BytesIO()
    Image.new("L", (300, 200), 90).save(file, "TIFF")
    data = one_page(lines(6)) if media_type == media.PDF else file.getvalue()
    with open_document(data, media_type) as document:
        inspection = document.inspect(10, False)
        image = document.render(0)
        preview = document.preview(0, 100)
        grey = document.grey(0, 100)
    assert inspection.page_count == len(inspection.pages) == 1
    assert preview.shape[2] == 3
    assert max(preview.shape[:2]) == 100
    assert np.array_equal(grey, to_grey(preview))
    height, width = image.pixels.shape[:2]
    assert transform(image.to_page, [[0, 0], [width, height]]).ravel().tolist() == pytest.approx([0, 0, 1, 1])


def test_another_media_type_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="text/plain"):
        open_document(b"hello", "text/plain")


def test_difficult_files_end_as_pixels_or_a_typed_error() -> None:
    folder = SHARED / "difficult"
    if not folder.is_dir():
        pytest.skip(f"no folder {folder}: set PAGEBEAM_SHARED_DATA to where the data sets are")
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    ended = dict.fromkeys(("pixels", "text", "error", "unknown"), 0)
    for path in files:
        data = path.read_bytes()
        media_type = media.sniff(data[: media.HEAD_BYTES])
        if media_type is None:
            ended["unknown"] += 1
            continue
        try:
            with open_document(data, media_type) as document:
                page = document.inspect(1, False).pages[0]
                document.preview(0, 200)
            ended["text" if page.category else "pixels"] += 1
        except PagebeamError:
            ended["error"] += 1
    assert sum(ended.values()) == len(files)
    assert ended["error"] < 0.1 * len(files)
