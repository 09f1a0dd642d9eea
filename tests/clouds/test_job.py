"""The whole job on gs:// and s3://: manifest, input and output there, with a storage that has its bad moments."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from models.own import WEIGHTS
from pipelines.exit_codes import DONE, USAGE
from tests import small_files, small_runs
from tests.cloud_servers import CloudServer, Trouble
from tests.small_runs import RUN, job
from transforms import storage


def upload(cloud: CloudServer, folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            storage.write(f"{cloud.root}/in/{path.relative_to(folder)}", path.read_bytes(), "")


def download(cloud: CloudServer, folder: Path) -> Path:
    """What lies below OUT, copied below `folder`."""
    for found in storage.listing(f"{cloud.root}/out/**"):
        small_files.put(folder / found.path.removeprefix(f"{cloud.root}/out/"), storage.read(found.path))
    return folder


def outcome(output: Path, roots: tuple[str, ...]) -> dict[str, Any]:
    """Rows and overlays, with the places of files named from their root, and without their versions."""
    text = json.dumps(small_runs.tables(output), sort_keys=True)
    for root in roots:
        text = text.replace(root, "")
    tables = json.loads(re.sub(r'"source_version": "[^"]*"', '"source_version": ""', text))
    for row in tables["documents"]:
        row["overlay_uri"] = row["overlay_uri"] and row["overlay_uri"].rpartition("overlays/")[2]
    return {**tables, "overlays": small_runs.overlays(output)}


@pytest.mark.slow
def test_the_rows_are_those_of_a_local_run_though_the_storage_has_bad_moments(
    cloud: CloudServer, waited: list[float], tmp_path: Path
) -> None:
    small_files.archive(tmp_path / "in")
    assert job(tmp_path / "in", tmp_path / "out", "--no_gallery") == DONE
    upload(cloud, tmp_path / "in")
    for path in WEIGHTS.iterdir():
        storage.write(f"{cloud.root}/models/{path.name}", path.read_bytes(), "")
    bad_moments = (
        Trouble("GET .*picture.png", status=503, times=2),
        Trouble("GET .*long.*scan.pdf", breaks=True, times=1),
        Trouble("GET .*text.pdf", seconds=0.3, times=1),
        Trouble("GET .*word_net.onnx", status=503, times=1),
        Trouble("(PUT|POST) .*overlays.*picture", status=503, times=1),
        Trouble("(PUT|POST) .*tables.*tokens", status=500, times=1),
    )
    cloud.door.troubles.extend(bad_moments)
    assert job(f"{cloud.root}/in", f"{cloud.root}/out", "--no_gallery", "--models", f"{cloud.root}/models") == DONE
    assert [trouble.pattern for trouble in bad_moments if trouble.times] == []
    found = outcome(download(cloud, tmp_path / "far"), (f"{cloud.root}/in", f"{tmp_path}/far"))
    assert found == outcome(tmp_path / "out", (f"{tmp_path}/in", f"{tmp_path}/out"))
    summary = json.loads((tmp_path / "far" / "runs" / RUN / "summary.json").read_text())
    assert sum(summary["retries"]["by_try"].values()) >= 4
    assert summary["retries"]["saved_by_second_or_third"] == 1.0
    assert not storage.listing(f"{cloud.root}/out/runs/{RUN}/scratch/**")
    assert not storage.listing(f"{cloud.root}/out/runs/{RUN}/lock*")


@pytest.mark.slow
def test_a_manifest_far_away_and_what_cannot_be_read_or_written(
    cloud: CloudServer, waited: list[float], tmp_path: Path
) -> None:
    for number in range(3):
        storage.write(f"{cloud.root}/files/{number}.png", small_files.png(2, number), "")
    uris = [f"{cloud.root}/files/{number}.png" for number in range(4)]
    manifest = "".join(json.dumps({"uri": uri, "owner": "ann"}) + "\n" for uri in uris)
    storage.write(f"{cloud.root}/lists/a.jsonl", manifest.encode(), "")
    cloud.door.troubles += [
        Trouble("GET .*files.*1.png", status=503),
        Trouble("(PUT|POST) .*overlays.*", status=403, times=1),
    ]
    assert job(f"{cloud.root}/lists/*.jsonl", f"{cloud.root}/out", "--no_gallery") == DONE
    output = download(cloud, tmp_path / "far")
    endings = {row["uri"]: (row["status"], row["reason"]) for row in small_runs.rows(output, "documents")}
    assert endings.pop(uris[1]) == ("failed", "source_unreadable")
    assert endings.pop(uris[3]) == ("failed", "source_missing")
    assert sorted(endings.values(), key=str) == [("done", "overlay_failed"), ("done", None)]
    import pyarrow.dataset as ds

    failures = ds.dataset(str(output / "tables" / "failures"), format="parquet").to_table().to_pylist()
    attempts = {(row["stage"], row["error"]): row["attempts"] for row in failures}
    assert attempts[("ScreenDocuments", "source_unreadable")] == 5
    assert attempts[("ScreenDocuments", "source_missing")] == 1
    summary = json.loads((output / "runs" / RUN / "summary.json").read_text())
    assert summary["retries"]["by_try"]["lost"] == 1


@pytest.mark.slow
def test_two_workers_reach_the_storage_too(cloud: CloudServer, tmp_path: Path) -> None:
    expected = small_files.archive(tmp_path / "in")
    upload(cloud, tmp_path / "in")
    assert job(f"{cloud.root}/in", f"{cloud.root}/out", "--no_gallery", workers=2) == DONE
    output = download(cloud, tmp_path / "far")
    assert small_runs.endings(output) == {
        uri.replace(str(tmp_path), cloud.root): ending for uri, ending in expected.items()
    }


@pytest.mark.parametrize(
    ("options", "trouble", "told"),
    [
        ({"input": "{scheme}://no-such-bucket/in"}, None, "--input {scheme}://no-such-bucket/in"),
        ({"output": "{scheme}://no-such-bucket/out"}, None, "--output {scheme}://no-such-bucket/out"),
        ({"temp_location": "{scheme}://no-such-bucket/tmp"}, None, "--temp_location {scheme}://no-such-bucket/tmp"),
        ({}, Trouble(".", status=403), "access is refused (HTTP 403)"),
        ({}, Trouble(".", status=401), "access is refused (HTTP 401)"),
        ({}, Trouble("(GET|HEAD) .*a.png", status=403), "can be listed but not read"),
    ],
)
def test_a_missing_bucket_or_a_wrong_credential_is_an_error_before_the_job(
    cloud: CloudServer,
    waited: list[float],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: dict[str, str],
    trouble: Trouble | None,
    told: str,
) -> None:
    monkeypatch.setattr("pipelines.plan.load_or_make", None)  # nothing of the job is begun
    storage.write(f"{cloud.root}/in/a.png", small_files.png(), "")
    cloud.door.troubles += [trouble] if trouble else []
    places = {"input": f"{cloud.root}/in", "output": f"{cloud.root}/out"}
    places |= {name: value.format(scheme=cloud.scheme) for name, value in options.items()}
    more = [f"--temp_location={places['temp_location']}"] if "temp_location" in places else []
    assert job(places["input"], places["output"], *more) == USAGE
    assert told.format(scheme=cloud.scheme) in capsys.readouterr().err
    assert not waited
