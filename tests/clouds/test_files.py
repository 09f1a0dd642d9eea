"""Files on gs:// and s3://, by the makers' clients against servers that these tests start."""

from __future__ import annotations

import hashlib
import json
import time

import pytest

from pipelines import lock
from schemas.errors import SourceChanged, SourceMissing, SourceUnreadable
from tests import small_files
from tests.cloud_servers import CloudServer, Trouble
from tests.processes import wait_for
from transforms import opened, sources, storage
from transforms.elements import Document, ManifestEntry
from transforms.screen_documents import Screen
from transforms.storage_errors import explain, is_refused, is_transient

ODD = "a b/ü [1]?#%~'+.pdf"  # what a name may hold
SCRATCH = "/nowhere"  # no file is written aside there


def put(cloud: CloudServer, data: bytes, name: str = ODD) -> str:
    uri = f"{cloud.root}/{name}"
    storage.write(uri, data, SCRATCH)
    return uri


def test_what_is_written_is_there_whatever_its_name(cloud: CloudServer) -> None:
    data = bytes(range(256)) * 100_000  # more than one request may carry
    uri = put(cloud, b"before")
    assert put(cloud, data) == uri
    assert storage.read(uri) == data
    assert storage.exists(uri)
    assert not storage.exists(f"{uri}x")
    with sources.fetched(uri) as source:
        assert (source.size, source.document_id) == (len(data), hashlib.sha256(data).hexdigest())
        assert source.head == data[: len(source.head)]


def test_a_listing_has_what_lies_below_and_nothing_else(cloud: CloudServer) -> None:
    for name in ("in/a/1.pdf", "in/2.pdf", "in [1]/3.pdf", "inside.pdf"):
        put(cloud, b"%PDF-", name)

    def names(pattern: str) -> list[str]:
        return [found.path.removeprefix(f"{cloud.root}/") for found in storage.listing(f"{cloud.root}/{pattern}")]

    assert names("in/**") == ["in/2.pdf", "in/a/1.pdf"]
    assert names("in/*") == ["in/2.pdf"]
    assert names("in [[]1]/**") == ["in [1]/3.pdf"]
    assert names("out/**") == []
    storage.remove_folder(f"{cloud.root}/in [1]")
    storage.remove([f"{cloud.root}/in/2.pdf", f"{cloud.root}/in/2.pdf"])  # what is gone need not be removed
    assert names("**") == ["in/a/1.pdf", "inside.pdf"]


def test_a_version_is_the_storages_own_and_changes_with_the_bytes(cloud: CloudServer) -> None:
    uri = put(cloud, b"first")
    found = sources.metadata(uri)
    assert found.size_in_bytes == 5
    version = sources.version_of(found)
    if cloud.scheme == "s3":
        assert version == hashlib.md5(b"first").hexdigest()
    else:
        assert version.isdigit()
    assert [sources.version_of(one) for one in storage.listing(f"{cloud.root}/**")] == [version]
    put(cloud, b"other")
    assert sources.version_of(sources.metadata(uri)) != version


def test_what_is_not_there_is_missing(cloud: CloudServer) -> None:
    put(cloud, b"data", "a.pdf")
    for uri in (f"{cloud.root}/b.pdf", f"{cloud.scheme}://no-such-bucket/a.pdf"):
        with pytest.raises(SourceMissing):
            sources.metadata(uri)
        with pytest.raises(SourceMissing), sources.fetched(uri):
            pass


def test_what_was_overwritten_after_the_first_look_is_no_longer_the_same(cloud: CloudServer) -> None:
    uri = put(cloud, small_files.scan_pdf([1]), "a.pdf")
    document = Screen("run", 1 << 20).look(ManifestEntry(uri))
    assert isinstance(document, Document)
    assert document.source_version == sources.version_of(sources.metadata(uri))
    opened.close()
    opened.open_document(document)
    opened.close()
    put(cloud, small_files.scan_pdf([2]), "a.pdf")
    with pytest.raises(SourceChanged):
        opened.open_document(document)
    opened.close()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_service_is_asked_again_by_us_alone(cloud: CloudServer, waited: list[float], status: int) -> None:
    uri = put(cloud, b"data")
    cloud.door.troubles.append(Trouble("GET", status=status, times=2))
    cloud.door.requests.clear()
    assert storage.read(uri) == b"data"
    assert len(waited) == 2
    assert len(cloud.door.requests) == 3


def test_an_answer_that_breaks_off_is_asked_for_again_and_never_taken_for_the_whole(
    cloud: CloudServer, waited: list[float]
) -> None:
    data = bytes(range(256)) * 20_000
    uri = put(cloud, data)
    cloud.door.troubles.append(Trouble("GET", breaks=True, times=2))
    with sources.fetched(uri) as source:
        assert (source.size, source.document_id) == (len(data), hashlib.sha256(data).hexdigest())
    assert len(waited) == 2


@pytest.mark.parametrize("status", [429, 503])
def test_writing_is_tried_again(cloud: CloudServer, waited: list[float], status: int) -> None:
    cloud.door.troubles.append(Trouble("P(OS|U)T", status=status, times=2))
    assert storage.read(put(cloud, b"data")) == b"data"
    assert len(waited) == 2


def test_a_failure_that_stays_ends_after_five_tries_with_their_number(cloud: CloudServer, waited: list[float]) -> None:
    uri = put(cloud, b"data")
    cloud.door.troubles.append(Trouble("GET", status=503))
    with pytest.raises(SourceUnreadable, match="HTTP 503") as raised, sources.fetched(uri):
        pass
    assert raised.value.attempts == 5
    assert len(waited) == 4


@pytest.mark.parametrize("status", [401, 403])
def test_who_is_refused_is_told_so_at_once(cloud: CloudServer, waited: list[float], status: int) -> None:
    put(cloud, b"data")
    cloud.door.troubles.append(Trouble(".", status=status))
    with pytest.raises(Exception, match=r".") as raised:
        storage.listing(f"{cloud.root}/**")
    assert is_refused(raised.value)
    assert f"HTTP {status}" in explain(raised.value)
    assert not waited


def test_a_single_try_ends_after_its_seconds_and_is_the_only_one(cloud: CloudServer, waited: list[float]) -> None:
    uri = f"{cloud.root}/lock"
    assert storage.read_at_once(uri, 5.0) is None
    storage.write_at_once(uri, b"data", SCRATCH, 5.0)
    assert storage.read_at_once(uri, 5.0) == b"data"
    cloud.door.requests.clear()
    cloud.door.troubles.append(Trouble(".", seconds=3.0))
    begun = time.monotonic()
    with pytest.raises(Exception, match=r".") as raised:
        storage.read_at_once(uri, 0.1)
    assert is_transient(raised.value)
    with pytest.raises(Exception, match=r".") as raised:
        storage.write_at_once(uri, b"more", SCRATCH, 0.1)
    assert is_transient(raised.value)
    assert time.monotonic() - begun < 3.0
    assert not waited


def test_a_start_keeps_its_lock_while_the_storage_stumbles_and_notices_its_loss(
    cloud: CloudServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "RENEWED_SECONDS", 0.02)
    monkeypatch.setattr(lock, "AGAIN_SECONDS", 0.01)
    uri = f"{cloud.root}/out/runs/x/lock"
    with lock.held(uri, "run x") as held:
        first = storage.read(uri)
        cloud.door.troubles.append(Trouble("lock", status=503, times=6))
        wait_for(lambda: not cloud.door.troubles[0].times, 30)
        after = storage.read(uri)
        wait_for(lambda: storage.read(uri) not in (first, after), 30)
        held.check()
        monkeypatch.setattr(lock, "RENEWED_SECONDS", 1000.0)
        monkeypatch.setattr(lock, "SURE_SECONDS", 0.0)
        other = json.dumps({"token": "another's", "turn": 0, "holder": "x"}).encode()

        def is_lost() -> bool:
            storage.write(uri, other, SCRATCH)
            try:
                held.check()
            except lock.LockLost:
                return True
            return False

        wait_for(is_lost, 30)
    assert storage.read(uri) == other
