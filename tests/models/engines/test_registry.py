from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest

from models.engines import ENGINES, check_engine, open_engine
from schemas.errors import UsageError


def test_unknown_engine_names_what_there_is() -> None:
    for function in (check_engine, open_engine):
        with pytest.raises(UsageError, match=r"'abbyy'.*native, rapidocr, tesseract, standin"):
            function("abbyy")


def test_missing_binary_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match="apt install tesseract-ocr"):
        check_engine("tesseract")


def test_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match="pip install 'rapidocr"):
        check_engine("rapidocr")


def test_import_is_cheap() -> None:
    code = "import sys, models.engines; print([m for m in ('cv2', 'rapidocr', 'onnxruntime') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_default_needs_no_other_engine() -> None:
    """Neither their packages nor any program: the PATH is empty, and RapidOCR cannot be imported."""
    code = (
        "import os, sys; sys.modules['rapidocr'] = None; os.environ['PATH'] = '';"
        "from models.engines import ENGINES, open_engine; from tests.models.engines.pages import two_lines;"
        "print(len(open_engine(ENGINES[0]).read(two_lines()[0])) > 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


def test_every_name_has_its_engine() -> None:
    for name in ENGINES:
        try:
            engine = open_engine(name)
        except UsageError:
            continue
        assert engine.name == name
        assert engine.version
