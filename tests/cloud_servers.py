"""Real servers of gs:// and s3://, started by tests, behind a door that can be told to misbehave.

The servers are `gcp-storage-emulator` and `moto`, the clients the makers' own. Between them stands a proxy: what it is
told to do to a request (a status, a broken connection, a delay) happens on the wire.
"""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import json
import re
import threading
import time
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

BUCKET = "archive"
_HOP = {"connection", "keep-alive", "transfer-encoding", "expect"}


@dataclasses.dataclass
class Trouble:
    """What happens to requests in whose `METHOD path body` a pattern is found: as often as `times` says."""

    pattern: str
    status: int | None = None  # answered in the server's place
    breaks: bool = False  # the answer breaks off in the middle of its body
    seconds: float = 0.0  # waited before the request goes on
    times: int = 1_000_000


class Door(ThreadingHTTPServer):
    """A proxy on a port of its own."""

    daemon_threads = True

    def __init__(self, upstream: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = upstream
        self.troubles: list[Trouble] = []
        self.requests: list[str] = []
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def trouble(self, request: str) -> Trouble | None:
        """What is to happen to this one."""
        with self._lock:
            self.requests.append(request)
            for trouble in self.troubles:
                if trouble.times and re.search(trouble.pattern, request):
                    trouble.times -= 1
                    return trouble
        return None

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Door

    def _serve(self) -> None:
        body = self._body()
        if self.path == "/token":  # of Google's sign-in
            return self._answer(200, {}, json.dumps({"access_token": "t", "expires_in": 3600}).encode())
        trouble = self.server.trouble(f"{self.command} {self.path} {body[:500]!r}")  # to gs://, names go in bodies
        if trouble is not None and trouble.seconds:
            time.sleep(trouble.seconds)
        if trouble is not None and trouble.status is not None:
            return self._answer(trouble.status, {}, b"")
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.upstream, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
        headers["Content-Length"] = str(len(body))
        upstream.request(self.command, self.path, body, headers)
        answer = upstream.getresponse()
        found = answer.read()
        upstream.close()
        passed = {name: value for name, value in answer.getheaders() if name.lower() not in {*_HOP, "content-length"}}
        if self.command == "HEAD":
            passed["Content-Length"] = answer.getheader("Content-Length") or "0"
        self._answer(answer.status, passed, found, cut=trouble is not None and trouble.breaks)
        return None

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = _serve  # noqa: N815

    def _body(self) -> bytes:
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(chunks)

    def _answer(self, status: int, headers: Mapping[str, str], body: bytes, cut: bool = False) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.wfile.flush()
        if cut:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing."""


@dataclasses.dataclass
class CloudServer:
    """A running server, and what a client's environment must say to reach it."""

    scheme: str
    door: Door
    environment: dict[str, str]

    @property
    def root(self) -> str:
        return f"{self.scheme}://{BUCKET}"


@contextlib.contextmanager
def _door(upstream: int) -> Iterator[Door]:
    door = Door(upstream)
    threading.Thread(target=door.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield door
    finally:
        door.shutdown()
        door.server_close()


@contextlib.contextmanager
def google(folder: Path) -> Iterator[CloudServer]:
    """gs://, with credentials that nobody issued."""
    emulator = pytest.importorskip("gcp_storage_emulator.server", reason=_MISSING)
    pytest.importorskip("google.cloud.storage", reason=_MISSING)
    server = emulator.create_server("localhost", 0, in_memory=True, default_bucket=BUCKET)
    server.start()
    try:
        with _door(server._api._httpd.server_address[1]) as door:
            key = folder / "account.json"
            key.write_text(json.dumps(_account(door.url)))
            environment = {"STORAGE_EMULATOR_HOST": door.url, "GOOGLE_APPLICATION_CREDENTIALS": str(key)}
            yield CloudServer("gs", door, {**environment, "GOOGLE_CLOUD_PROJECT": "project"})
    finally:
        server.stop()


def _account(url: str) -> dict[str, str]:
    """Of a kind that is asked for nothing but a token, and that only where this says."""
    return {
        "type": "external_account_authorized_user",
        "audience": "//nowhere",
        "client_id": "id",
        "client_secret": "secret",
        "refresh_token": "token",
        "token_url": f"{url}/token",
        "token_info_url": f"{url}/token",
    }


@contextlib.contextmanager
def s3(folder: Path) -> Iterator[CloudServer]:
    """s3://, with keys that open everything."""
    moto = pytest.importorskip("moto.server", reason=_MISSING)
    boto3 = pytest.importorskip("boto3", reason=_MISSING)
    server = moto.ThreadedMotoServer(port=0, verbose=False)
    server.start()
    try:
        with _door(server.get_host_and_port()[1]) as door:
            keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
            nowhere = {name: str(folder / "none") for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")}
            names = {name.lower().replace("default_region", "region_name"): value for name, value in keys.items()}
            region = names.pop("aws_region_name")
            client = boto3.session.Session().client("s3", endpoint_url=door.url, region_name=region, **names)
            client.create_bucket(Bucket=BUCKET)
            yield CloudServer("s3", door, {**keys, **nowhere, "AWS_ENDPOINT_URL": door.url})
    finally:
        server.stop()


_MISSING = "the servers of gs:// and s3:// are not installed: pip install '.[cloud]'"
SERVERS = {"gs": google, "s3": s3}
