"""What a cluster gets: the sdist that setup.py makes holds every module and every file that they open."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("schemas", "documents", "models", "transforms", "pipelines")
FILES = ("setup.py", "pyproject.toml", "README.md", "LICENSE", "MANIFEST.in", "requirements.lock")


def _sources(root: Path) -> set[str]:
    """Every file of the packages, as a path below the root."""
    found = (path for package in PACKAGES for path in (root / package).rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix() for path in found if "__pycache__" not in path.parts}


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made from a copy, since setuptools writes beside the sources."""
    copy, made = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("sdist")
    for name in FILES:
        shutil.copy(ROOT / name, copy)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "setup.py", "--quiet", "sdist", "--dist-dir", str(made)]
    result = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    (archive,) = made.glob("*.tar.gz")
    return archive


@pytest.fixture(scope="module")
def contents(sdist: Path) -> set[str]:
    """Paths of the files in the sdist, below its only folder."""
    with tarfile.open(sdist) as archive:
        return {member.name.partition("/")[2] for member in archive if member.isfile()}


def test_the_sdist_holds_every_file_of_the_packages(contents: set[str]) -> None:
    assert not _sources(ROOT) - contents


def test_the_sdist_holds_what_an_installation_reads(contents: set[str]) -> None:
    assert set(FILES) <= contents


def test_the_sdist_holds_nothing_else(contents: set[str]) -> None:
    made = {name for name in contents if name.startswith("pagebeam.egg-info/")} | {"PKG-INFO", "setup.cfg"}
    assert contents - made == _sources(ROOT) | set(FILES)


def test_every_file_of_the_packages_is_installed(sdist: Path, tmp_path: Path) -> None:
    """The wheel's files, which is what pip copies; setuptools asks the same patterns for both, but in other ways."""
    shutil.unpack_archive(sdist, tmp_path / "sdist")
    (unpacked,) = (tmp_path / "sdist").iterdir()
    command = [sys.executable, "setup.py", "--quiet", "build", "--build-lib", str(tmp_path / "built")]
    result = subprocess.run(command, cwd=unpacked, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    assert _sources(tmp_path / "built") == _sources(ROOT)


def test_the_lock_pins_versions_and_names_no_host() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    assert all("==" in pin and "://" not in pin and not pin.startswith("-") for pin in pins)
    assert not any("://" in line for line in lines)


def test_the_lock_leaves_training_out() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not any(line.startswith("torch==") for line in text.splitlines())
