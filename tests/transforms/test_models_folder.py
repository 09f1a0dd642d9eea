from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.own import FILES, NETWORKS, WEIGHTS
from schemas.errors import ModelError, UsageError
from transforms import models_folder
from transforms.classify_pages import classifier
from transforms.models_folder import Models, folder_of, found, in_use, use
from transforms.read_words import engine_of_thread


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    yield
    use(None)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A folder like the project's own."""
    folder = tmp_path / "other"
    shutil.copytree(WEIGHTS, folder)
    return folder


def change(path: Path, **fields: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def test_without_a_word_the_models_are_the_projects_own() -> None:
    assert found(None) is None
    assert folder_of(None) == in_use() == WEIGHTS


def test_a_folder_on_this_machine_is_used_where_it_is(other: Path) -> None:
    own = classifier().version
    change(other / "ocrable.json", threshold=0.5)
    models = found(str(other))
    assert folder_of(models) == other
    use(models)
    assert in_use() == other
    assert classifier().version != own


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_that_is_missing_or_another_is_told_before_the_job_starts(other: Path, name: str) -> None:
    (other / f"{name}.onnx").write_bytes(b"of another release")
    with pytest.raises(UsageError, match=f"--models {other}: .*{name}.onnx"):
        found(str(other))
    (other / f"{name}.onnx").unlink()
    with pytest.raises(UsageError, match=rf"{name}.onnx is missing"):
        found(str(other))


def test_a_card_that_lacks_what_its_class_goes_by_is_told_too(other: Path) -> None:
    card = json.loads((other / "ocrable.json").read_text())
    del card["small_threshold"]
    (other / "ocrable.json").write_text(json.dumps(card))
    with pytest.raises(UsageError, match="small_threshold"):
        found(str(other))


def test_a_storage_that_nobody_knows_is_told() -> None:
    with pytest.raises(UsageError, match="no storage is known for ftp"):
        found("ftp://models")


def test_models_that_were_changed_under_a_run_are_refused(other: Path) -> None:
    models = found(str(other))
    change(other / "corners.json", agreement=0.5)
    with pytest.raises(ModelError, match="no longer those"):
        use(models)


def test_a_worker_without_the_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="missing on this machine"):
        use(Models(str(tmp_path), "x"))


def test_far_models_are_fetched_once_and_nothing_else_is(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def fetched(uri: str) -> bytes:
        read.append(uri.rpartition("/")[2])
        return (WEIGHTS / read[-1]).read_bytes()

    monkeypatch.setattr(models_folder.storage, "check", lambda _: None)
    monkeypatch.setattr(models_folder.storage, "read", fetched)
    models = found("gs://bucket/models of today")
    use(models)
    assert sorted(read) == sorted(FILES)
    assert in_use() != WEIGHTS
    assert engine_of_thread("native").version == open_version(WEIGHTS)


def open_version(folder: Path) -> str:
    use(Models(str(folder), models_folder.digest(folder)))
    return engine_of_thread("native").version


def test_the_engines_version_tells_what_has_read_a_page(other: Path) -> None:
    own = open_version(WEIGHTS)
    change(other / "orientation.json", scores={"told": "anew"})
    use(None)
    assert open_version(other) == own
    again = other.parent / "again"
    shutil.copytree(other, again)
    change(again / "orientation.json", upright_margin=9.0)
    assert open_version(again) != own
