from __future__ import annotations

import numpy as np
import pytest
from apache_beam.coders import registry
from hypothesis import given
from hypothesis import strategies as st

from documents.jail import UnforeseenError
from schemas.errors import MAX_MESSAGE, CorruptDocument, SourceMissing
from tests import small_files
from tests.transforms.examples import RUN, page, task
from transforms.elements import Page, shard_of
from transforms.endings import describe, failure


def test_beam_weighs_a_page_without_pickling_it(monkeypatch: pytest.MonkeyPatch) -> None:
    coder = registry.get_coder(Page)
    one = page(small_files.picture(2))
    again = coder.decode(coder.encode(one))
    assert again.task == one.task
    assert (again.image.pixels == one.image.pixels).all()
    monkeypatch.setattr(type(coder), "encode", None)
    assert coder.estimate_size(one) == one.image.pixels.nbytes == np.prod(one.image.pixels.shape)


@given(st.text(), st.integers(1, 100))
def test_a_name_has_one_shard_of_those_there_are(name: str, shards: int) -> None:
    try:
        name.encode()
    except UnicodeEncodeError:
        return
    assert 0 <= shard_of(name, shards) < shards
    assert shard_of(name, shards) == shard_of(name, shards)


def test_shards_are_the_same_everywhere() -> None:
    assert [shard_of(name, 1000) for name in ("", "/a.pdf", "gs://b/ä")] == [0, 78, 467]  # CRC-32


def test_times_of_a_stage_add_up() -> None:
    spent = task().spent("fetch", 1.0, 0.25).spent("fetch", 2.0, 0.25).spent("render", 4.0, 0.5)
    assert spent.times == {"fetch": 3.0, "render": 4.0}
    assert spent.cpu_seconds == 1.0
    assert task().times == {}


def test_foreseen_errors_speak_for_themselves_and_are_cut() -> None:
    assert describe(SourceMissing("there is nothing at /a")) == ("source_missing", "there is nothing at /a")
    assert describe(CorruptDocument("x" * 1000)) == ("corrupt", "x" * MAX_MESSAGE)
    assert describe(UnforeseenError("KeyError in a.py:3 (f)")) == ("internal_error", "KeyError in a.py:3 (f)")


def test_a_message_can_be_written_to_a_table() -> None:
    assert describe(CorruptDocument("\ud800"))[1] == "?"


def test_others_are_told_by_class_and_place_alone() -> None:
    assert describe(KeyError("SECRET")) == ("internal_error", "KeyError")
    try:
        {}["SECRET"]
    except KeyError as error:
        reason, message = describe(error)
    assert reason == "internal_error"
    assert message.startswith("KeyError in test_elements.py:")


def test_attempts_are_one_unless_the_error_tells() -> None:
    error = SourceMissing("gone")
    assert failure(error, "ScreenDocuments", RUN, "/a").attempts == 1
    error.attempts = 5
    assert failure(error, "ScreenDocuments", RUN, "/a").attempts == 5
