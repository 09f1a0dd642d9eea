import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from models.card import Card
from schemas.errors import ModelError

FIELDS = {"name": "x", "input": {}, "trained_on": [], "licence": "Apache-2.0", "scores": {}}
EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def write(folder: Path, fields: dict[str, object]) -> Path:
    (folder / "x.onnx").write_bytes(b"")
    (folder / "x.json").write_text(json.dumps(fields))
    return folder / "x.onnx"


def test_a_card_opens_from_either_of_its_files(tmp_path: Path) -> None:
    model = write(tmp_path, {**FIELDS, "sha256": EMPTY_SHA256, "alphabet": "ab"})
    assert Card.open(model)["alphabet"] == "ab"
    assert Card.open(tmp_path / "x.json").model == model


def test_another_model_under_the_same_name_is_refused(tmp_path: Path) -> None:
    model = write(tmp_path, {**FIELDS, "sha256": EMPTY_SHA256})
    model.write_bytes(b"other")
    with pytest.raises(ModelError, match="SHA-256"):
        Card.open(model)


def test_a_field_that_is_lacking_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="sha256"):
        Card.open(write(tmp_path, FIELDS))
    with pytest.raises(ModelError, match="'alphabet'"):
        Card.open(write(tmp_path, {**FIELDS, "sha256": EMPTY_SHA256}))["alphabet"]


def test_a_model_without_a_card_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="side by side"):
        Card.open(tmp_path / "x.onnx")


def test_a_card_that_is_not_json_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {})
    (tmp_path / "x.json").write_text("{")
    with pytest.raises(ModelError, match="not JSON"):
        Card.open(tmp_path / "x.onnx")


def test_who_opens_a_model_tells_nobody(tmp_path: Path) -> None:
    """ONNX Runtime would keep a name for this machine, and what it has to say until it can send it."""
    code = "from models.ocrable import OcrableNet; OcrableNet.open()"
    places = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), **places}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, cwd=Path(__file__).parents[2])
    assert list(tmp_path.rglob("*")) == []
