"""What every test can ask for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).parents[1]

# The same examples every time, and none fails for being slow on a busy machine.
settings.register_profile("pagebeam", derandomize=True, deadline=None)
settings.load_profile("pagebeam")


@pytest.fixture(scope="session", autouse=True)
def _processes_find_the_project() -> Iterator[None]:
    """Workers and jails that a test starts import the same files as the test, wherever it changes to."""
    patch = pytest.MonkeyPatch()
    others = os.environ.get("PYTHONPATH")
    patch.setenv("PYTHONPATH", f"{REPOSITORY}{os.pathsep}{others}" if others else str(REPOSITORY))
    yield
    patch.undo()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real files that tests may read; skips where it is not there."""
    folder = Path(os.environ.get("PAGEBEAM_SHARED_DATA") or REPOSITORY.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real files at {folder}: PAGEBEAM_SHARED_DATA names another place")
    return folder
