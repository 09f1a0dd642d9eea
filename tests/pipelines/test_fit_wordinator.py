from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from models.words.limits import Limits
from pipelines.fit_wordinator import DONE, USAGE, main

pytest.importorskip("onnxruntime")
LINES = ("The house was sold", "for twelve hundred", "pounds in the spring", "of that same year.")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two labelled pages of clean print."""
    made = tmp_path / "print"
    made.mkdir()
    for name in "ab":
        picture = Image.new("RGB", (900, 500), "white")
        draw = ImageDraw.Draw(picture)
        for number, line in enumerate(LINES):
            draw.text((60, 40 + 100 * number), line, "black", ImageFont.load_default(44))
        picture.save(made / f"{name}.png")
        (made / f"{name}.txt").write_text("\n".join(LINES), encoding="utf-8")
    return made


def test_limits_are_fitted_checked_and_said_on_a_card(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card, cache = tmp_path / "card.json", tmp_path / "cache"
    assert main([str(folder), "--card", str(card), "--cache", str(cache)]) == DONE
    assert Limits.open(card).noise > 0
    said = json.loads(card.read_text(encoding="utf-8"))
    assert said["fitted_on"] == {"folders": ["print"], "split": None, "pages": "1 pages", "left_out": "1 pages"}
    assert len(said["word_net"]) == 64
    first = capsys.readouterr().out
    assert "not fitted on" in first
    assert "| lexicon |" in first
    before = card.read_bytes()
    assert len(list(cache.iterdir())) == 2
    for kept in folder.glob("*.png"):
        kept.write_bytes(b"")  # what was read is not read again
        Image.fromarray(np.zeros((500, 900), np.uint8)).save(kept)
    assert main([str(folder), "--card", str(card), "--cache", str(cache), "--check"]) == DONE
    assert card.read_bytes() == before
    assert capsys.readouterr().out.strip() == first.partition("\n")[2].strip()


def test_a_folder_without_pages_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none")]) == USAGE
    assert "no folder of labelled pages" in capsys.readouterr().err
