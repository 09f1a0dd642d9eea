from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from models.own import NETWORKS, WEIGHTS
from schemas.errors import UsageError
from transforms import models_folder as models_folder_module
from transforms.classify_pages import classifier
from transforms.models_folder import check_models, in_use, models_folder, use
from transforms.read_words import engine_of_thread


def test_without_a_word_the_models_are_the_projects_own() -> None:
    assert check_models(None) == models_folder(None) == WEIGHTS


def test_a_folder_on_this_machine_is_used_where_it_is(tmp_path: Path) -> None:
    shutil.copytree(WEIGHTS, tmp_path / "other")
    assert check_models(str(tmp_path / "other")) == tmp_path / "other"


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_that_is_missing_or_another_is_told_before_the_job_starts(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "other"
    shutil.copytree(WEIGHTS, folder)
    (folder / name).write_bytes(b"of another release")
    with pytest.raises(UsageError, match=f"--models {folder}: .*{name} has SHA-256"):
        check_models(str(folder))
    (folder / name).unlink()
    with pytest.raises(UsageError, match=f"{name} is missing"):
        check_models(str(folder))


def test_a_storage_that_nobody_knows_is_told() -> None:
    with pytest.raises(UsageError, match="no storage is known for ftp"):
        check_models("ftp://models")


def test_what_is_in_use_is_what_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models_folder_module, "_in_use", WEIGHTS)
    folder = tmp_path / "other"
    shutil.copytree(WEIGHTS, folder)
    own = classifier()
    use(str(folder))
    assert in_use() == classifier().card.model.parent == folder
    limits = json.loads((folder / "wordinator.json").read_text())
    (folder / "wordinator.json").write_text(json.dumps({**limits, "fitted_on": "other pages"}))
    other = engine_of_thread("native")
    use(None)
    assert classifier() is own
    assert engine_of_thread("native").version != other.version
