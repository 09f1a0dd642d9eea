from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from apache_beam.io.filesystems import FileSystems

from tests import memory_files, small_files
from tests.small_runs import job


class Done(NamedTuple):
    """A run that nothing disturbed."""

    manifest: Path  # names every file of `expected`
    output: Path
    expected: dict[str, tuple[str, str | None]]  # status and reason by URI


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Eight small files, done by one worker in one wave."""
    folder = tmp_path_factory.mktemp("undisturbed")
    expected = small_files.archive(folder / "in")
    manifest = folder / "list.jsonl"
    manifest.write_text("".join(json.dumps({"uri": uri, "owner": uri[-5]}) + "\n" for uri in expected))
    assert job(manifest, folder / "out") == 0
    return Done(manifest, folder / "out", expected)


@pytest.fixture
def _far_away() -> Iterator[None]:
    """For `memory://`: nothing stays there."""
    yield
    memory_files.FILES.clear()
    FileSystems._pipeline_options = None
