from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from apache_beam.io.filesystems import FileSystems

from tests import memory_files, small_files
from tests.small_runs import job
from transforms.elements import shard_of


class Done(NamedTuple):
    """A run that nothing disturbed."""

    manifest: Path  # names every file of `expected`
    output: Path
    expected: dict[str, tuple[str, str | None]]  # status and reason by URI


def _fills(uris: Iterable[str], waves: int) -> bool:
    """Whether each wave gets a file: which one a file is in hangs on its whole path, and that is pytest's."""
    return len({shard_of(uri, waves) for uri in uris}) == waves


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Eight small files, done by one worker in one wave; in two or three, none of these would be empty."""
    folder = tmp_path_factory.mktemp("undisturbed")
    tried = (small_files.archive(folder / f"in{number}") for number in itertools.count())
    expected = next(uris for uris in tried if _fills(uris, 2) and _fills(uris, 3))
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
