from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.engines import ENGINES
from schemas.errors import UsageError
from transforms.engine_choice import EngineChoice, Share

percents = st.floats(0, 100)
document_ids = st.binary(max_size=8).map(lambda data: hashlib.sha256(data).hexdigest())
MANY = [hashlib.sha256(bytes([number % 256, number // 256])).hexdigest() for number in range(4000)]


@given(percents, percents, document_ids)
def test_a_larger_share_holds_all_of_a_smaller_one(one: float, other: float, document_id: str) -> None:
    small, large = Share("native", min(one, other)), Share("tesseract", max(one, other))
    assert large.holds(document_id, "shadow") or not small.holds(document_id, "shadow")


@given(document_ids)
def test_nothing_and_everything(document_id: str) -> None:
    assert not Share("native", 0).holds(document_id, "shadow")
    assert Share("native", 100).holds(document_id, "shadow")


@pytest.mark.parametrize("percent", [1, 10, 50])
def test_a_share_is_as_large_as_it_says(percent: float) -> None:
    held = sum(Share("native", percent).holds(document_id, "experiment") for document_id in MANY)
    assert held == pytest.approx(len(MANY) * percent / 100, rel=0.25)


def test_which_documents_it_holds_never_changes() -> None:
    share = Share("native", 10)
    held = [number for number, document_id in enumerate(MANY[:80]) if share.holds(document_id, "experiment")]
    assert held == [10, 14, 28, 29, 32, 37, 44, 45, 49, 67, 70]


def test_two_draws_have_nothing_in_common() -> None:
    choice = EngineChoice("standin", Share("native", 50), Share("tesseract", 50))
    both = sum(
        choice.reader(document_id) == "native" and choice.shadow_reader(document_id) is not None for document_id in MANY
    )
    assert both == pytest.approx(len(MANY) / 4, rel=0.15)


def test_who_reads() -> None:
    document_id = MANY[0]
    everything, nothing = Share("native", 100), Share("native", 0)
    assert EngineChoice("standin").reader(document_id) == "standin"
    assert EngineChoice("standin").shadow_reader(document_id) is None
    assert EngineChoice("standin", experiment=everything).reader(document_id) == "native"
    assert EngineChoice("standin", experiment=nothing).reader(document_id) == "standin"
    assert EngineChoice("standin", shadow=everything).reader(document_id) == "standin"
    assert EngineChoice("standin", shadow=everything).shadow_reader(document_id) == "native"
    assert EngineChoice("standin", shadow=nothing).shadow_reader(document_id) is None
    # It would only agree with itself.
    assert EngineChoice("standin", everything, everything).shadow_reader(document_id) is None
    assert EngineChoice("standin", nothing, everything).shadow_reader(document_id) == "native"


def test_all_engines_are_named_once() -> None:
    assert EngineChoice("native").names == ("native",)
    choice = EngineChoice("native", Share("tesseract", 1), Share("tesseract", 2))
    assert choice.names == ("native", "tesseract")


@given(st.sampled_from(ENGINES), st.decimals(0, 100, places=3))
def test_what_is_written_is_read(engine: str, percent: object) -> None:
    share = Share.parse("--shadow", f"{engine}:{percent}")
    assert (share.engine, share.percent) == (engine, float(str(percent)))
    assert Share.parse("--shadow", str(share)) == share


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("native", "ENGINE:PERCENT is wanted"),
        ("", "ENGINE:PERCENT is wanted"),
        ("nonsense:10", "one of native"),
        ("native:", "'' is no percentage"),
        ("native:x", "'x' is no percentage"),
        ("native:-1", "'-1' is no percentage"),
        ("native:100.1", "'100.1' is no percentage"),
        ("native:nan", "'nan' is no percentage"),
        ("native:inf", "'inf' is no percentage"),
        ("native:10:20", "ENGINE:PERCENT is wanted"),
    ],
)
def test_what_is_no_share_is_said(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=f"^--shadow {re.escape(text)}: .*{message}"):
        Share.parse("--shadow", text)
