from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.lexicon import Lexicon
from training.lexicon import counts, main


@pytest.fixture
def sources(tmp_path: Path) -> tuple[Path, Path]:
    frequencies, scowl = tmp_path / "frequencies.txt", tmp_path / "scowl"
    frequencies.write_text("the 1000000\nhouse 20000\nx 5000\nhouse's 10\ncaf\u00e9 900\n", encoding="utf-8")
    scowl.mkdir()
    (scowl / "english-words.10").write_text("the\nhouse's\n", encoding="iso-8859-1")
    (scowl / "british-words.60").write_text("colour\n", encoding="iso-8859-1")
    (scowl / "english-proper-names.50").write_text("Edinburgh\n", encoding="iso-8859-1")
    (scowl / "english-words.70").write_text("zyzzyva\n", encoding="iso-8859-1")
    (scowl / "english-abbreviations.60").write_text("abbr\n", encoding="iso-8859-1")
    return frequencies, scowl


def test_counts_come_first_and_names_are_added(sources: tuple[Path, Path]) -> None:
    found = counts(*sources)
    assert set(found) == {"the", "house", "colour", "edinburgh"}
    assert found["the"] == 1000000
    assert found["colour"] == found["edinburgh"] < found["house"]


def test_the_command_writes_a_lexicon_its_card_and_its_notices(sources: tuple[Path, Path], tmp_path: Path) -> None:
    notice, out = tmp_path / "notice", tmp_path / "words.txt.xz"
    notice.write_text("free\n", encoding="utf-8")
    main([f"--frequencies={sources[0]}", f"--scowl={sources[1]}", f"--notices={notice}", f"--out={out}"])
    assert Lexicon.open(out).logarithm("Colour") is not None
    assert json.loads((tmp_path / "words.json").read_text(encoding="utf-8"))["words"] == 4
    assert (tmp_path / "words-notices.txt").read_text(encoding="utf-8") == "free\n"


def test_a_folder_without_lists_is_told(sources: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SystemExit, match="scowl"):
        counts(sources[0], tmp_path / "empty")
