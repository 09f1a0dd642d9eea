from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import Image

from documents.media import HEAD_BYTES, PDF, PICTURES, sniff
from documents.reader import open_document
from pipelines import make_samples
from pipelines.samples.archive import samples
from pipelines.samples.broken_samples import bomb
from pipelines.samples.sample import Sample
from schemas.errors import PagebeamError
from schemas.records import CATEGORIES, DOCUMENT_STATUSES


@pytest.fixture(scope="module")
def archive() -> list[Sample]:
    return list(samples(0))


def test_some_forty_small_files_of_every_kind(archive: list[Sample]) -> None:
    assert 40 <= len(archive) <= 50
    assert len({sample.name for sample in archive}) == len(archive)
    assert sum(len(sample.data) for sample in archive) < 6_000_000
    assert {sample.media_type for sample in archive} == {*PICTURES, PDF, None}
    assert {page.category for sample in archive for page in sample.pages} == set(CATEGORIES)
    assert {sample.status for sample in archive} <= set(DOCUMENT_STATUSES)
    assert max(len(sample.pages) for sample in archive) == 14
    assert any(" " in sample.name for sample in archive)
    assert any(not sample.name.isascii() for sample in archive)


def test_another_seed_gives_another_archive(archive: list[Sample]) -> None:
    other = next(samples(1))
    assert other.name == archive[0].name
    assert other.data != archive[0].data
    assert other.pages != archive[0].pages


def test_every_file_is_what_its_truth_says(archive: list[Sample]) -> None:
    """Opened by Pagebeam's own readers, without a jail: the files are ours."""
    wrong = []
    for sample in archive:
        if sniff(sample.data[:HEAD_BYTES]) != sample.media_type:
            wrong.append((sample.name, "media type"))
        if sample.media_type is None:
            continue
        try:
            with open_document(sample.data, sample.media_type) as document:
                found = document.inspect(20, redo=False)
                for page, true in zip(found.pages, sample.pages, strict=sample.status == "done"):
                    made_up = sample.name in ("photos/landscape.jpg", "photos/sunset.webp")
                    if page.category != (None if true.category == "image_text" or made_up else true.category):
                        wrong.append((sample.name, f"page {page.page} is {page.category}"))
                    if page.words and true.category == "embedded_text":
                        assert Counter(word.text for word in page.words) == Counter(true.words)
                if found.signed != (sample.reason == "signed"):
                    wrong.append((sample.name, "signature"))
                for page in found.pages:
                    document.render(page.page)
            assert sample.status == "done"
        except PagebeamError as error:
            if error.reason != sample.reason:
                wrong.append((sample.name, error.reason))
    assert wrong == []


def test_text_that_is_there_is_all_of_the_truth(archive: list[Sample]) -> None:
    letter = next(sample for sample in archive if sample.name == "invoices/letter.pdf")
    with pdfium.PdfDocument(letter.data) as document:
        text = document[0].get_textpage().get_text_bounded()
    assert text.split() == list(letter.pages[0].words)


def test_odd_pdfs_are_odd_in_the_way_they_are_named(archive: list[Sample]) -> None:
    data = {sample.name: io.BytesIO(sample.data) for sample in archive}
    with pikepdf.open(data["invoices/turned.pdf"]) as turned:
        assert [int(page.get("/Rotate", 0)) for page in turned.pages] == [0, 90, 180, 270]
    with pikepdf.open(data["invoices/cropped.pdf"]) as cropped:
        assert [list(map(int, page.mediabox))[:2] for page in cropped.pages] == [[0, 0], [-120, 340], [0, 0]]
        assert cropped.pages[2].obj.UserUnit == 2
    with pikepdf.open(data["invoices/bookmarks, links, forms.pdf"]) as furnished:
        with furnished.open_outline() as outline:
            assert len(outline.root) == 2
        assert {str(note.Subtype) for note in furnished.pages[0].Annots} == {"/Link", "/Widget"}
    with pikepdf.open(data["invoices/empty password.pdf"]) as opened_by_anyone:
        assert opened_by_anyone.is_encrypted
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(data["broken/encrypted.pdf"])


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("scans/printing house.jpg", "CMYK"),
        ("scans/sixteen bit.png", "I;16"),
        ("scans/palette.png", "P"),
        ("scans/transparent.png", "RGBA"),
        ("scans/black and white.bmp", "1"),
        ("scans/three pages.tif", "1"),
    ],
)
def test_pixels_are_stored_as_named(archive: list[Sample], name: str, mode: str) -> None:
    data = next(sample.data for sample in archive if sample.name == name)
    with Image.open(io.BytesIO(data)) as image:
        assert image.mode == mode


def test_bomb_is_a_valid_png(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bomb, smaller, unpacks; the real one is small on disk."""
    assert len(bomb()) < 500_000
    monkeypatch.setattr("pipelines.samples.broken_samples.BOMB_SIDE", 1200)
    with Image.open(io.BytesIO(bomb())) as image:
        image.load()
        assert (image.size, image.mode, image.getextrema()) == ((1200, 1200), "1", (0, 0))


def test_command_writes_the_same_bytes_again_and_their_truth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], archive: list[Sample]
) -> None:
    folder = tmp_path / "archive"
    assert make_samples.main([str(folder), "--seed", "0"]) == 0
    rows = [json.loads(line) for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    assert rows == [sample.truth() for sample in archive]
    files = {path.relative_to(folder / "files").as_posix(): path for path in folder.rglob("files/**/*.*")}
    assert {name for name, path in files.items() if path.read_bytes()} == {one.name for one in archive if one.data}
    assert [one.name for one in archive if files[one.name].read_bytes() != one.data] == []
    assert str(len(archive)) in capsys.readouterr().out


def test_command_says_where_it_cannot_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "taken").write_text("")
    assert make_samples.main([str(tmp_path / "taken")]) == 2
    assert "taken" in capsys.readouterr().err
