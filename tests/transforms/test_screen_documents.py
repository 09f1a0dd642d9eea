from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.testing.test_pipeline import TestPipeline as Pipeline
from apache_beam.testing.util import assert_that, equal_to

from tests import small_files
from tests.transforms.examples import RUN
from transforms import opened, sources
from transforms.elements import Document, DocumentEnd, ManifestEntry
from transforms.screen_documents import Screen, ScreenDocuments


def look(entry: ManifestEntry, **options: Any) -> tuple[str, str | None]:
    end = Screen(RUN, **{"max_bytes": 1 << 20, **options}).look(entry)
    opened.close()
    assert isinstance(end, DocumentEnd), end
    assert end.row.uri == entry.uri
    assert end.row.run == RUN
    assert [failure.error for failure in end.failures] == ([end.row.reason] if end.row.status == "failed" else [])
    return end.row.status, end.row.reason


@pytest.fixture
def _storage_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(uri: str) -> None:
        raise AssertionError(f"{uri} was asked for")

    monkeypatch.setattr(sources, "metadata", refuse)
    monkeypatch.setattr(sources, "fetched", refuse)


@pytest.mark.usefixtures("_storage_refused")
def test_what_the_manifest_settles_is_settled_without_the_file() -> None:
    assert look(ManifestEntry("/a", eligible=False)) == ("skipped", "not_eligible")
    assert look(ManifestEntry("/a", duplicate=True)) == ("skipped", "duplicate_entry")
    assert look(ManifestEntry("/a", error="line 3: no")) == ("failed", "bad_manifest_row")
    assert look(ManifestEntry("/a", owner="ann"), owners=frozenset({"bob"})) == ("skipped", "owner_not_listed")
    assert look(ManifestEntry("/a"), owners=frozenset({"bob"})) == ("skipped", "owner_not_listed")


def test_size_is_settled_without_the_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(sources, "fetched")
    assert look(ManifestEntry(str(small_files.put(tmp_path / "empty.pdf", b"")))) == ("skipped", "empty")
    large = small_files.put(tmp_path / "large.pdf", b"%PDF-" + b"x" * 100)
    assert look(ManifestEntry(str(large)), max_bytes=104) == ("skipped", "too_large")


def test_a_file_of_the_largest_size_is_let_in(tmp_path: Path) -> None:
    path = small_files.put(tmp_path / "a.pdf", b"%PDF-" + b"x" * 100)
    assert isinstance(Screen(RUN, max_bytes=105).look(ManifestEntry(str(path))), Document)
    opened.close()


def test_the_type_is_told_by_content_and_never_by_name(tmp_path: Path) -> None:
    text = small_files.put(tmp_path / "letter.pdf", b"plain text")
    assert look(ManifestEntry(str(text))) == ("skipped", "unsupported_type")
    data = small_files.png()
    picture = small_files.put(tmp_path / "picture.txt", data)
    found = Screen(RUN, 1 << 20, frozenset({"ann"})).look(ManifestEntry(str(picture), "ann"))
    opened.close()
    assert isinstance(found, Document)
    assert found.media_type == "image/png"
    assert found.size == len(data)
    assert found.document_id == hashlib.sha256(data).hexdigest()
    assert found.source_version == f"{len(data)}-{picture.stat().st_mtime:.3f}"


def test_a_version_that_the_manifest_knows_is_kept(tmp_path: Path) -> None:
    picture = small_files.put(tmp_path / "picture.png", small_files.png())
    found = Screen(RUN, 1 << 20).look(ManifestEntry(str(picture), source_version="v7"))
    opened.close()
    assert isinstance(found, Document)
    assert found.source_version == "v7"


def test_what_cannot_be_read_fails_by_its_cause(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    os.symlink(tmp_path / "nowhere", tmp_path / "link")
    assert look(ManifestEntry(str(tmp_path / "pipe"))) == ("failed", "source_unreadable")
    assert look(ManifestEntry(str(tmp_path / "link"))) == ("failed", "source_missing")
    assert look(ManifestEntry(str(tmp_path / "none.pdf"))) == ("failed", "source_missing")
    assert look(ManifestEntry(str(tmp_path))) == ("failed", "source_unreadable")
    assert look(ManifestEntry("http://example.org/a.pdf")) == ("failed", "source_unreadable")
    assert look(ManifestEntry("/" + "n" * 5000)) == ("failed", "source_unreadable")


def test_how_often_it_was_tried_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(uri: str) -> None:
        error = sources.SourceUnreadable("busy")
        error.attempts = 5
        raise error

    monkeypatch.setattr(sources, "metadata", give_up)
    end = Screen(RUN, 1).look(ManifestEntry("/a"))
    assert isinstance(end, DocumentEnd)
    assert [failure.attempts for failure in end.failures] == [5]


def test_what_nobody_foresaw_is_a_row_without_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(uri: str) -> None:
        raise RuntimeError("SECRET TEXT")

    monkeypatch.setattr(sources, "metadata", stumble)
    end = Screen(RUN, 1).look(ManifestEntry("/a"))
    assert isinstance(end, DocumentEnd)
    (failure,) = end.failures
    assert (end.row.reason, failure.error) == ("internal_error", "internal_error")
    assert "RuntimeError in test_screen_documents.py" in failure.message
    assert "SECRET" not in failure.message


def test_documents_and_ends_part(tmp_path: Path) -> None:
    expected = small_files.archive(tmp_path)
    with Pipeline() as pipeline:
        screened = (
            pipeline | beam.Create([ManifestEntry(uri) for uri in expected]) | ScreenDocuments(Screen(RUN, 1 << 20))
        )
        assert_that(
            screened.ended | "Ends" >> beam.Map(lambda end: end.row.reason), equal_to(["empty", "unsupported_type"])
        )
        letting_in = screened.documents | beam.Map(lambda document: document.entry.uri)
        assert_that(
            letting_in,
            equal_to([uri for uri, (_, reason) in expected.items() if reason not in ("empty", "unsupported_type")]),
            label="LetIn",
        )
