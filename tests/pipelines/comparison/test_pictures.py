from __future__ import annotations

import base64
import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines.comparison.pictures import picture
from schemas.records import ShadowRow
from tests import small_files
from tests.transforms.examples import shadow_row


def _row(path: Path, page: int = 0) -> ShadowRow:
    return shadow_row(str(path), page, document_id=hashlib.sha256(path.read_bytes()).hexdigest())


def test_a_page_is_shown_as_a_person_sees_it(tmp_path: Path) -> None:
    path = small_files.put(tmp_path / "a [1].pdf", small_files.scan_pdf([0, 2]))
    empty, full = picture(_row(path)), picture(_row(path, 1))
    assert empty is not None
    assert full is not None
    assert full.width / full.height == pytest.approx(small_files.WIDTH / small_files.HEIGHT, rel=0.01)
    head, _, data = full.source.partition(",")
    assert head == "data:image/jpeg;base64"
    with Image.open(io.BytesIO(base64.b64decode(data))) as image:
        pixels = np.asarray(image)
    assert pixels.shape == (full.height, full.width, 3)
    assert pixels.min() < 128  # its two dark boxes
    with Image.open(io.BytesIO(base64.b64decode(empty.source.partition(",")[2]))) as image:
        assert np.asarray(image).min() > 200


def test_what_is_gone_changed_or_broken_has_no_picture(tmp_path: Path) -> None:
    path = small_files.put(tmp_path / "a.pdf", small_files.scan_pdf([1]))
    row = _row(path)
    assert picture(shadow_row(str(path), 7, document_id=row.document_id)) is None  # no such page
    path.write_bytes(small_files.scan_pdf([2]))
    assert picture(row) is None
    path.write_bytes(small_files.cut_pdf())
    assert picture(_row(path)) is None
    path.write_bytes(b"text")
    assert picture(_row(path)) is None
    path.unlink()
    assert picture(row) is None
