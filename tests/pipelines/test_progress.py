from __future__ import annotations

import io
from pathlib import Path

import pytest

from pipelines.options import parse
from pipelines.progress import line, reached, shown
from pipelines.wave import PROGRESS
from transforms.count_ends import Progress


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_says_how_far_and_how_fast() -> None:
    counts = {"documents": 1200, "pages": 3000}
    assert line(counts, 100, 5000, 60.0) == "1,300 of 5,000 files ended, 3,000 pages seen, 50.0 pages/s"
    assert line(counts, 4000, 5000, 0.0).startswith("5,000 of 5,000")  # repeated bundles count twice


@pytest.mark.parametrize("stream", [io.StringIO(), _Terminal()])
def test_the_last_line_is_the_whole(tmp_path: Path, stream: io.StringIO) -> None:
    settings, _ = parse(["--input", "x", "--output", str(tmp_path / "out"), "--run", "a"])
    with shown(settings, 1, 3, stream) as folder:
        assert folder is not None
        assert Path(folder).parent == tmp_path / "out" / "runs" / "a" / "scratch"
        noted, counted = (Progress(f"{folder}/{name}") for name in PROGRESS)
        noted.ended("documents", 2)
        noted.ended("pages", 1)
        counted.ended("documents", 1)
        counted.ended("pages", 3)
        assert reached(folder) == {"documents": 2, "pages": 3}  # whichever knows of more
    assert not Path(folder).exists()
    assert stream.getvalue().rpartition("\r")[2].startswith("3 of 3 files ended, 3 pages")
    assert stream.getvalue().endswith("\n")


def test_elsewhere_nothing_is_shown(tmp_path: Path) -> None:
    settings, _ = parse(["--input", "x", "--output", str(tmp_path), "--runner=FlinkRunner"])
    stream = io.StringIO()
    with shown(settings, 0, 3, stream) as folder:
        assert folder is None
    assert stream.getvalue() == ""
