"""OCR engines under one signature, opened by name. What an engine needs is imported when it is opened."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import cast

from models.engines.base import Engine
from models.own import WEIGHTS
from schemas.errors import UsageError

ENGINES = ("native", "rapidocr", "tesseract", "standin")

__all__ = ["ENGINES", "Engine", "check_engine", "open_engine"]


def check_engine(name: str, weights: Path = WEIGHTS) -> None:
    """Raises UsageError, saying what to install, where the engine cannot work on this machine. Loads no model.

    Args:
        weights: the folder of the project's own models, or one like it; other engines bring their own.
    """
    _module(name).check(weights)


def open_engine(name: str, weights: Path = WEIGHTS) -> Engine:
    """Loads an engine, ready to read; raises UsageError as `check_engine` does."""
    module = _module(name)
    module.check(weights)
    return cast(Engine, module.open_engine(weights))


def _module(name: str):  # type: ignore[no-untyped-def]  # a module has no narrower type
    if name not in ENGINES:
        raise UsageError(f"there is no engine {name!r}: choose one of {', '.join(ENGINES)}")
    return importlib.import_module(f"models.engines.{name}")
