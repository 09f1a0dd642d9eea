"""The benchmark of speed measures what it says: its pages are as described, its stages are those of the job."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image

from benchmarks import speed, speed_pages, speed_programmes, speed_stages

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("words", speed.WORDS)
def test_a_made_page_has_its_words_and_room_for_them(words: int) -> None:
    layout = speed_pages.made_layout(words, Random(1))
    assert len(layout.words) == words
    assert all(speed_pages.MARGIN <= line.y <= layout.height for line in layout.lines)


def test_made_pages_differ_and_their_print_stays_on_the_paper(tmp_path: Path) -> None:
    pages = [np.array(Image.open(page)) for page in speed_pages.make(1500, 2, tmp_path / "made")]
    assert (pages[0] != pages[1]).any()
    ink = pages[0] < 100
    assert ink.any()
    assert not ink[:, -60:].any()


def test_a_sample_is_spread_over_the_validation_part_of_a_set(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "few"
    folder.mkdir(parents=True)
    for number in range(10):
        Image.new("L", (8, 6)).save(folder / f"{number}.png")
    (folder / "split.csv").write_text("name,split\n" + "".join(f"{n}.png,validation\n" for n in range(8)))
    found = speed_pages.sample(tmp_path / "data", "few", 4, tmp_path / "chosen")
    assert [page.name for page in found] == ["few-0.png", "few-2.png", "few-4.png", "few-6.png"]
    assert speed_pages.describe(found).startswith("4 pages, 8..8..8 x 6..6..6 pixels")


def test_the_stages_are_transforms_of_the_job() -> None:
    labels = set(
        re.findall(r'"(\w+)(?:\{where\})?"\s*>>', (ROOT / "pipelines" / "wave.py").read_text(encoding="utf-8"))
    )
    assert not set(speed_stages.STAGES) - labels
    assert set(speed_stages.STAGES.values()) <= set(speed.STAGES)


def test_what_is_absent_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    absent = {one.name: one.absent for one in speed_programmes.programmes(None)}
    assert absent["Pagebeam"] is None
    assert "tesseract-ocr" in str(absent["Tesseract"])
    assert "tesseract-ocr" in str(absent["OCRmyPDF"])


def test_timed_calls_count_their_own_time_alone() -> None:
    def burn(rounds: int) -> None:
        sum(range(rounds))

    inner = speed_stages._timed("inner", burn)
    outer = speed_stages._timed("outer", lambda: inner(3_000_000))
    speed_stages.SPENT.clear()
    outer()
    assert speed_stages.SPENT["inner"] > 10 * speed_stages.SPENT["outer"] >= 0
