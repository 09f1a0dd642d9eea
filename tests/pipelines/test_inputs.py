from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions
from hypothesis import given
from hypothesis import strategies as st

from pipelines import inputs
from schemas.errors import UsageError
from tests import memory_files
from transforms.elements import ManifestEntry

OUT = "/nowhere/out"


def found(pattern: Path | str, output: Path | str = OUT) -> dict[str, str | None]:
    """Overlay names by URI."""
    entries = inputs.find(str(pattern), str(output))
    assert all(isinstance(entry, ManifestEntry) for entry in entries), entries
    return {entry.uri: entry.overlay_name for entry in entries if isinstance(entry, ManifestEntry)}


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


NAMES = {
    "a.pdf": "a.pdf",
    "deep/er/b.jpg": "deep/er/b.jpg.pdf",
    "with space.tif": "with space.tif.pdf",
    "ä ö.PDF": "ä ö.PDF",
    "[1].pdf": "[1].pdf",
    "*.png": "*.png.pdf",
    ".hidden": ".hidden.file.pdf",
    "new\nline.pdf": "new\nline.pdf",
}


def test_a_folder_is_walked_whatever_its_names(tmp_path: Path) -> None:
    folder = tmp_path / "in [2]"
    make(folder, *NAMES)
    for given_as in (folder, f"{folder}/"):
        assert found(given_as) == {f"{folder}/{name}": overlay for name, overlay in NAMES.items()}


def test_a_relative_folder_is_named_as_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "scans", "x/a.pdf")
    monkeypatch.chdir(tmp_path)
    assert found("scans") == {"scans/x/a.pdf": "x/a.pdf"}
    assert found(".") == {"./scans/x/a.pdf": "scans/x/a.pdf"}


def test_a_name_that_is_not_utf8_is_an_entry_of_its_own(tmp_path: Path) -> None:
    for name in (b"\xff.pdf", b"\xfe.pdf"):
        try:
            Path(os.fsdecode(bytes(tmp_path) + b"/" + name)).write_bytes(b"x")
        except OSError:
            pytest.skip("this file system takes no such name")
    entries = inputs.find(str(tmp_path), OUT)
    assert len({entry.uri for entry in entries if isinstance(entry, ManifestEntry)}) == 2
    for entry in entries:
        assert isinstance(entry, ManifestEntry)
        assert entry.error == "the file's name is not UTF-8"
        entry.uri.encode()


def test_links_and_pipes_are_listed_and_not_opened(tmp_path: Path) -> None:
    make(tmp_path, "a.pdf", "real/b.pdf")
    os.symlink(tmp_path / "nowhere", tmp_path / "broken.pdf")
    os.symlink(tmp_path / "a.pdf", tmp_path / "link.pdf")
    os.symlink(tmp_path, tmp_path / "real" / "loop")
    os.mkfifo(tmp_path / "pipe")
    names = {"a.pdf", "broken.pdf", "link.pdf", "pipe", "real/b.pdf", "real/loop"}
    assert set(found(tmp_path)) == {f"{tmp_path}/{name}" for name in names}
    assert set(found(f"{tmp_path}/*")) == {f"{tmp_path}/{name}" for name in names if "/" not in name}


def test_a_folder_that_cannot_be_listed_stands_for_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a.pdf", "locked/b.pdf")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert set(found(tmp_path)) == {f"{tmp_path}/a.pdf", f"{tmp_path}/locked"}
    with pytest.raises(UsageError, match="cannot be listed: PermissionError"):
        found(tmp_path / "locked")


def test_what_lies_in_the_output_is_not_read(tmp_path: Path) -> None:
    make(tmp_path, "in/a.pdf", "in/out/overlays/a.pdf", "in/outer.pdf")
    wanted = {f"{tmp_path}/in/a.pdf", f"{tmp_path}/in/outer.pdf"}
    assert set(found(tmp_path / "in", tmp_path / "in" / "out")) == wanted
    os.symlink(tmp_path / "in", tmp_path / "link")
    assert set(found(tmp_path / "in", tmp_path / "link" / "out")) == wanted
    assert set(found(tmp_path / "in", tmp_path)) == {*wanted, f"{tmp_path}/in/out/overlays/a.pdf"}  # it is above
    make(tmp_path, "only/overlays/a.pdf")
    with pytest.raises(UsageError, match="nothing but what lies in --output"):
        found(tmp_path / "only", tmp_path / "only")


def test_a_single_file_even_with_the_characters_of_a_pattern(tmp_path: Path) -> None:
    make(tmp_path, "[1].jpg", "1.jpg")
    assert found(tmp_path / "[1].jpg") == {f"{tmp_path}/[1].jpg": "[1].jpg.pdf"}


def test_a_pattern_names_files_and_never_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "x/a.pdf", "y/a.pdf", "y/b.txt", "c.pdf", "d.pdf/e.pdf")
    wanted = {f"{tmp_path}/x/a.pdf": "x/a.pdf", f"{tmp_path}/y/a.pdf": "y/a.pdf"}
    assert found(f"{tmp_path}/[xy]/*.pdf") == wanted
    assert found(f"{tmp_path}/*.pdf") == {f"{tmp_path}/c.pdf": "c.pdf"}
    assert set(found(f"{tmp_path}/**/*.pdf").values()) == {"x/a.pdf", "y/a.pdf", "c.pdf", "d.pdf/e.pdf"}
    monkeypatch.chdir(tmp_path)
    assert found("[xy]/*.pdf") == {"x/a.pdf": "x/a.pdf", "y/a.pdf": "y/a.pdf"}
    assert set(found("**/a.pdf").values()) == {"x/a.pdf", "y/a.pdf"}


@pytest.fixture
def _far_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(FileSystems, "_pipeline_options", PipelineOptions([]))
    memory_files.FILES.update(
        {f"memory://b/{name}": b"x" for name in ("x/a.pdf", "y/a.pdf", "y/out/overlays/c.pdf", "l.csv")}
    )
    yield
    memory_files.FILES.clear()


@pytest.mark.usefixtures("_far_away")
def test_far_away_it_is_the_same() -> None:
    assert found("memory://b/y", "memory://b/y/out/") == {"memory://b/y/a.pdf": "a.pdf"}
    assert found("memory://b/*/a.pdf") == {"memory://b/x/a.pdf": "x/a.pdf", "memory://b/y/a.pdf": "y/a.pdf"}
    assert found("memory://b/x/a.pdf") == {"memory://b/x/a.pdf": "a.pdf"}
    assert inputs.find("memory://b/l.csv", OUT) == ["memory://b/l.csv"]
    with pytest.raises(UsageError, match="names no file"):
        found("memory://b/none")


def test_manifests_are_what_a_file_or_pattern_names_and_a_folder_holds_files(tmp_path: Path) -> None:
    make(tmp_path, "list-0.jsonl", "list-1.CSV", "list-2.parquet")
    shards = [f"{tmp_path}/list-0.jsonl", f"{tmp_path}/list-1.CSV", f"{tmp_path}/list-2.parquet"]
    assert inputs.find(f"{tmp_path}/list-*", OUT) == shards
    assert inputs.find(shards[0], OUT) == shards[:1]
    assert set(found(tmp_path)) == set(shards)
    make(tmp_path, "list-3.pdf")
    assert len(found(f"{tmp_path}/list-*")) == 4  # a pattern that names others too is a pattern of files


@pytest.mark.parametrize("pattern", ["none", "none/*.pdf", "empty", "http://example.org/a", "nonsense://b/*"])
def test_nothing_to_do_is_said(tmp_path: Path, pattern: str) -> None:
    (tmp_path / "empty").mkdir()
    pattern = pattern if "://" in pattern else f"{tmp_path}/{pattern}"
    with pytest.raises(UsageError) as raised:
        inputs.find(pattern, OUT)
    assert pattern in str(raised.value)


endings = st.sampled_from(["", "~", ".pdf", "~.pdf", ".PDF", ".jpg", ".jpg.pdf", ".Tif~.pdf", ".file", ".file.pdf"])
parts = st.lists(endings, min_size=1, max_size=3).map(lambda some: "a" + "".join(some))
paths = st.lists(st.lists(parts, min_size=1, max_size=3).map("/".join), min_size=1, max_size=12, unique=True)


@given(paths, st.sampled_from(["/in", "/in/", "gs://b/"]))
def test_no_two_overlays_have_one_name(relative: list[str], root: str) -> None:
    names = [inputs._overlay_name(f"{root.rstrip('/')}/{path}", root) for path in relative]
    assert len(set(names)) == len(relative)
    for path, name in zip(relative, names, strict=True):
        assert name is not None
        assert name.lower().endswith(".pdf")
        for other in relative:  # nor is one what another needs as a folder, but where it is so at the source
            folders = inputs._overlay_name(f"{root.rstrip('/')}/{other}/x.pdf", root)
            assert folders is not None
            assert folders != f"{name}/x.pdf" or other == path


def test_ordinary_names_stay_as_they_are() -> None:
    names = {
        "a.pdf": "a.pdf",
        "b.PDF": "b.PDF",
        "a.jpg": "a.jpg.pdf",
        "x.pdf/c.TIF": "x.pdf/c.TIF.pdf",
        "2024.pdf.pdf": "2024.pdf.pdf",
        "~.pdf": "~.pdf",
        "scan.jpg.pdf": "scan.jpg~.pdf",
        "scan.jpg~.pdf": "scan.jpg~~.pdf",
        "letter": "letter.file.pdf",
    }
    assert {name: inputs._overlay_name(f"/in/{name}", "/in") for name in names} == names


def test_what_a_pattern_matches_today_does_not_change_the_names_of_overlays(tmp_path: Path) -> None:
    make(tmp_path, "x/deep/a.pdf")
    assert found(f"{tmp_path}/*/deep/a.pdf") == {f"{tmp_path}/x/deep/a.pdf": "x/deep/a.pdf"}
    make(tmp_path, "y/deep/a.pdf")
    assert found(f"{tmp_path}/*/deep/a.pdf")[f"{tmp_path}/x/deep/a.pdf"] == "x/deep/a.pdf"


def test_a_folder_that_is_empty_may_be_so_and_one_that_is_missing_may_not(tmp_path: Path) -> None:
    assert inputs.find(str(tmp_path), OUT, may_be_empty=True) == []
    with pytest.raises(UsageError, match="no such file or folder"):
        inputs.find(f"{tmp_path}/none", OUT, may_be_empty=True)


@pytest.mark.usefixtures("_far_away")
def test_only_a_folder_is_listed_as_a_whole(tmp_path: Path) -> None:
    make(tmp_path, "a.pdf")
    assert inputs.listed_folder(f"{tmp_path}/") == str(tmp_path)
    assert inputs.listed_folder(f"{tmp_path}/a.pdf") is None
    assert inputs.listed_folder(f"{tmp_path}/*.pdf") is None
    assert inputs.listed_folder("memory://b/y/") == "memory://b/y"
    assert inputs.listed_folder("memory://b/l.csv") is None
    assert inputs.listed_folder("memory://b/*") is None


def test_a_name_that_would_be_too_long_is_the_documents_own(tmp_path: Path) -> None:
    make(tmp_path, "n" * 247 + ".jpg", "m" * 248 + ".jpg", "p" * 245 + ".jpg~.pdf", "q" * 246 + ".jpg.pdf")
    assert sorted(str(name) for name in found(tmp_path).values()) == [
        "None",
        "n" * 247 + ".jpg.pdf",
        "p" * 245 + ".jpg~~.pdf",
        "q" * 246 + ".jpg~.pdf",
    ]


@pytest.mark.parametrize("name", ["../../x.pdf", "a/../x.pdf", "./x.jpg", "/x.pdf", "a//x", "a/"])
def test_an_object_whose_name_as_a_file_would_lie_elsewhere_gets_the_documents_own(name: str) -> None:
    assert inputs._overlay_name(f"s3://bucket/in/{name}", "s3://bucket/in") is None
    assert inputs._overlay_name("s3://bucket/in/..a/x..pdf", "s3://bucket/in/") == "..a/x..pdf"
