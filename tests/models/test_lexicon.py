from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.lexicon import STEPS, Lexicon, pack, unpack
from models.own import WEIGHTS
from schemas.errors import ModelError

OWN = WEIGHTS / "lexicon.txt.xz"


@pytest.fixture(scope="module")
def own() -> Lexicon:
    return Lexicon.open(OWN)


@given(st.dictionaries(st.from_regex(r"[a-z']{1,9}", fullmatch=True), st.integers(1, 99), min_size=1))
def test_what_is_packed_is_unpacked(classes: dict[str, int]) -> None:
    assert unpack(pack(classes)) == classes
    assert pack(classes) == pack(dict(reversed(classes.items())))


def test_a_words_logarithm_is_that_of_its_share() -> None:
    lexicon = Lexicon({"the": 20 * STEPS, "don't": 10 * STEPS}, 2.0**21)
    assert lexicon.logarithm("The") == pytest.approx(math.log(0.5))
    assert lexicon.logarithm("DON\u2019T") == lexicon.logarithm("don't") == pytest.approx(math.log(2.0**-11))
    assert lexicon.logarithm("the's") == pytest.approx(math.log(0.5 / 20))
    assert lexicon.logarithm("th") is None
    assert len(lexicon) == 2


def test_the_projects_own_lexicon_knows_words_and_names(own: Lexicon) -> None:
    logarithms = [own.logarithm(word) for word in ("the", "house", "harassed")]
    assert None not in logarithms
    assert logarithms == sorted(logarithms, key=lambda each: -(each or 0))
    assert all(own.logarithm(word) is not None for word in ("Edinburgh", "colour", "color", "don't", "I", "a"))
    assert all(own.logarithm(word) is None for word in ("frst", "thenext", "ihave", "q", "12", ""))


def test_the_projects_own_card_says_where_it_is_from() -> None:
    card = json.loads((WEIGHTS / "lexicon.json").read_text(encoding="utf-8"))
    assert all(part["licence"] for part in card["made_of"])
    assert "Permission to use, copy" in (WEIGHTS / card["notices"]).read_text(encoding="utf-8")


def test_a_lexicon_and_its_card_belong_together(tmp_path: Path) -> None:
    path = tmp_path / "words.txt.xz"
    with pytest.raises(ModelError, match="missing"):
        Lexicon.open(path)
    path.write_bytes(pack({"a": 1}))
    (tmp_path / "words.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match="not JSON"):
        Lexicon.open(path)
    (tmp_path / "words.json").write_text('{"sha256": "0", "total": 1}', encoding="utf-8")
    with pytest.raises(ModelError, match="SHA-256"):
        Lexicon.open(path)
