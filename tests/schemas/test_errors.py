from __future__ import annotations

from schemas import errors
from schemas.errors import PagebeamError

CLASSES = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, PagebeamError) and value.__module__ == errors.__name__
]


def test_one_class_a_cause_all_from_one_root() -> None:
    assert len(CLASSES) > 10
    reasons = [one.reason for one in CLASSES]
    assert len(set(reasons)) == len(reasons)
    assert "internal_error" not in reasons  # that is what nobody foresaw


def test_a_reason_is_a_word_for_a_column() -> None:
    for one in CLASSES:
        assert one.reason.replace("_", "").isalpha(), one
        assert one.reason == one.reason.lower()
        assert one.__doc__
