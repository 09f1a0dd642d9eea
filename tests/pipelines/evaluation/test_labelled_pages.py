from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.evaluation.labelled_pages import read_folder
from schemas.errors import UsageError
from tests.pipelines.evaluation.pages import SIDE, found, save


def test_a_page_with_all_that_belongs_to_it(tmp_path: Path) -> None:
    save(tmp_path / "set", "a", text="one two\n", boxes=[found(1, 2, 3, 4, "one"), found(5, 6, 7, 8, "two")])
    save(tmp_path / "set", "b", text="three")
    with_boxes, without = read_folder(tmp_path / "set")
    assert (with_boxes.category, with_boxes.name, with_boxes.text) == ("set", "a", "one two\n")
    assert (with_boxes.width, with_boxes.height) == (SIDE, SIDE)
    assert with_boxes.boxes == (found(1, 2, 3, 4, "one"), found(5, 6, 7, 8, "two"))
    assert not with_boxes.lines
    assert without.boxes is None


def test_boxes_with_spaces_are_lines_for_the_whole_folder(tmp_path: Path) -> None:
    save(tmp_path, "a", boxes=[found(0, 0, 9, 9, "one two")])
    save(tmp_path, "b", boxes=[found(0, 0, 9, 9, "one")])
    assert [page.lines for page in read_folder(tmp_path)] == [True, True]


def test_a_rare_space_makes_no_lines(tmp_path: Path) -> None:
    save(tmp_path, "a", boxes=[found(0, 0, 9, 9, "one two"), *[found(0, 0, 9, 9, "one")] * 9])
    assert not read_folder(tmp_path)[0].lines


def test_a_part_and_a_limit(tmp_path: Path) -> None:
    for name in "abcdef":
        save(tmp_path, name)
    assert [page.name for page in read_folder(tmp_path, split="validation")] == list("abcdef")  # has no parts
    rows = "\n".join(f"{name},{'training' if name == 'a' else 'validation'}" for name in "abcdef")
    (tmp_path / "split.csv").write_text(f"name,split\n{rows}\n", encoding="utf-8")
    assert [page.name for page in read_folder(tmp_path, split="validation")] == list("bcdef")
    assert [page.name for page in read_folder(tmp_path, split="training")] == ["a"]
    assert [page.name for page in read_folder(tmp_path, limit=3)] == ["a", "c", "e"]
    assert [page.name for page in read_folder(tmp_path, split="validation", limit=99)] == list("bcdef")
    with pytest.raises(UsageError, match=r"no part 'test', only \['training', 'validation'\]"):
        read_folder(tmp_path, split="test")


def test_what_is_no_folder_of_labelled_pages(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no folder"):
        read_folder(tmp_path / "missing")
    with pytest.raises(UsageError, match="has no labelled pages"):
        read_folder(tmp_path)


@pytest.mark.parametrize("content", ["{", '{"a": 1}', '[[1, 2, 3, "x"]]', '[["l", 2, 3, 4, "x"]]', "[5]"])
def test_bad_boxes_are_named(tmp_path: Path, content: str) -> None:
    save(tmp_path, "a")
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=r"a\.json is no list"):
        read_folder(tmp_path)


def test_a_picture_without_its_text_is_named(tmp_path: Path) -> None:
    save(tmp_path, "a")
    (tmp_path / "a.txt").unlink()
    with pytest.raises(UsageError, match=r"a\.png or the text beside it cannot be read: FileNotFoundError"):
        read_folder(tmp_path)
