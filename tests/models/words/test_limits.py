from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.own import WEIGHTS
from models.words.confidence import FEATURES
from models.words.limits import Limits
from schemas.errors import ModelError


def test_the_projects_own_limits_are_of_this_wordinator() -> None:
    limits = Limits.open(WEIGHTS / "wordinator.json")
    assert len(limits.confidence) == len(FEATURES)
    assert 0 < limits.noise < 1
    assert 0 < limits.unreadable < limits.noise + 0.5


def test_a_card_that_is_missing_or_another_is_told(tmp_path: Path) -> None:
    path = tmp_path / "wordinator.json"
    with pytest.raises(ModelError, match="missing"):
        Limits.open(path)
    for text in ("no JSON", "{}", json.dumps({"limits": {"noise": 0.5, "confidence": []}})):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ModelError, match="no card"):
            Limits.open(path)
