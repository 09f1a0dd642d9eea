from __future__ import annotations

from collections.abc import Iterator

import pytest
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.utils import retry

from tests.cloud_servers import SERVERS, CloudServer
from transforms import storage


@pytest.fixture(scope="session", params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudServer]:
    """A running server, and this process's environment as a client of it wants it."""
    with pytest.MonkeyPatch.context() as patch, SERVERS[request.param](tmp_path_factory.mktemp("cloud")) as server:
        for name, value in server.environment.items():
            patch.setenv(name, value)
        if request.param == "gs":
            from apache_beam.internal.gcp import auth

            patch.setattr(auth._Credentials, "_credentials_init", False)  # they are kept for the life of a process
        yield server


@pytest.fixture
def cloud(server: CloudServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[CloudServer]:
    """The server with nothing in it, that does what it is asked to."""
    monkeypatch.setattr(FileSystems, "_pipeline_options", PipelineOptions([]))
    server.door.troubles.clear()
    storage.remove_folder(server.root)
    server.door.requests.clear()
    yield server
    server.door.troubles.clear()


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that were to be waited before another try."""
    seconds: list[float] = []
    monkeypatch.setattr(retry.Clock, "sleep", lambda _, value: seconds.append(value))
    return seconds
