"""What a taken-over parser tries in vain, at each level."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from documents.jail import LEVELS, Jail, JailedDocument, UnforeseenError
from documents.jail.isolation import at_least, lowest
from documents.jail.process import Zygote
from schemas.errors import JailCrash, JailError, JailForbidden, JailTooWeak
from tests.jailed import LIMITS, Opened, png

REPOSITORY = Path(__file__).parents[3]
linux = pytest.mark.skipif(sys.platform != "linux", reason="walls beyond limits are Linux's")


@pytest.fixture(scope="module")
def reached() -> str:
    """The level of this machine."""
    zygote = Zygote("documents.jail.zygote")
    zygote.kill()
    return zygote.isolation


@pytest.fixture
def port() -> Iterator[int]:
    """Where someone listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        yield server.getsockname()[1]
        with pytest.raises(TimeoutError):
            server.accept()  # nobody came


def ended(document: JailedDocument) -> Exception:
    with pytest.raises((JailError, UnforeseenError)) as caught:
        document.render(0)
    return caught.value


@linux
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("attempt", ["socket", "write", "program"])
def test_the_network_files_and_programs_are_out_of_reach_at_each_level(
    attempt: str, level: str, reached: str, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not at_least(reached, level):
        pytest.skip(f"this kernel reaches {reached!r} alone")
    monkeypatch.setenv("PAGEBEAM_TEST_LEVEL", level)
    monkeypatch.setenv("PAGEBEAM_TEST_FOLDER", str(tmp_path))
    monkeypatch.setenv("PAGEBEAM_TEST_PORT", str(port))
    jail = Jail(LIMITS, module="tests.faulty_zygote")
    with Opened(jail)(png(f"{attempt} render")) as document:
        assert document.isolation == level
        assert document.inspect(10, False).page_count == 1
        error = ended(document)
    jail.close()
    assert list(tmp_path.iterdir()) == []
    if level == LEVELS[0]:  # no descriptor is left for it, and a program cannot load its libraries
        assert isinstance(error, JailCrash if attempt == "program" else UnforeseenError), error
    elif attempt == "write":
        assert "PermissionError in faulty_zygote.py" in str(error)
    else:
        assert isinstance(error, JailForbidden), error


@linux
@pytest.mark.parametrize("attempt", ["folder", "fork", "signal"])
def test_what_limits_alone_do_not_stop(
    attempt: str, reached: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not at_least(reached, "seccomp"):
        pytest.skip(f"this kernel reaches {reached!r} alone")
    monkeypatch.setenv("PAGEBEAM_TEST_FOLDER", str(tmp_path))
    jail = Jail(LIMITS, module="tests.faulty_zygote")
    with Opened(jail)(png(f"{attempt} render")) as document:
        document.inspect(10, False)
        error = ended(document)
    with Opened(jail)(png()) as document:  # the warm process lives
        assert document.render(0).pixels.size > 0
    jail.close()
    assert list(tmp_path.iterdir()) == []
    assert isinstance(error, UnforeseenError if attempt == "folder" else JailForbidden), error


LANDLOCK_ALONE = """
import os, socket, sys
from documents.jail import landlock
server = socket.create_server(("127.0.0.1", 0))
landlock.restrict(landlock.ruleset())
for name, attempt in {
    "read": lambda: os.open("/", os.O_RDONLY),
    "write": lambda: os.open(sys.argv[1] + "/written", os.O_WRONLY | os.O_CREAT),
    "folder": lambda: os.mkdir(sys.argv[1] + "/folder"),
    "program": lambda: os.execv(sys.executable, [sys.executable, "--version"]),
    "signal": lambda: os.kill(os.getppid(), 0),
    "connect": lambda: socket.create_connection(server.getsockname()),
}.items():
    try:
        attempt()
    except PermissionError:
        print(name)
"""


@linux
def test_landlock_stops_by_itself_what_it_knows(reached: str, tmp_path: Path) -> None:
    if not at_least(reached, "landlock"):
        pytest.skip(f"this kernel reaches {reached!r} alone")
    command = [sys.executable, "-c", LANDLOCK_ALONE, str(tmp_path)]
    ran = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert set(ran.stdout.split()) >= {"read", "write", "folder", "program"}  # the others since later kernels
    assert list(tmp_path.iterdir()) == []


WITHOUT_WALLS = """
from documents.jail import isolation, landlock, seccomp
seccomp.install = lambda: None
landlock.restrict = lambda rules: None
print(isolation.probed().level)
"""


@linux
def test_a_wall_that_does_not_hold_is_not_counted() -> None:
    command = [sys.executable, "-c", WITHOUT_WALLS]
    ran = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["limits"]


def test_below_the_level_that_is_asked_for_nothing_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEBEAM_TEST_LEVEL", "limits")
    jail = Jail(LIMITS, module="tests.faulty_zygote")
    with (
        pytest.raises(JailTooWeak, match="'limits' on this machine, 'seccomp' is asked for"),
        jail.open(0, 0, "image/png", "seccomp"),
    ):
        pass
    with Opened(jail)(png()) as document:
        assert document.isolation == "limits"
    jail.close()


def test_levels_are_in_order() -> None:
    assert at_least("landlock", "seccomp")
    assert at_least("seccomp", "seccomp")
    assert not at_least("limits", "seccomp")
    assert lowest(["landlock", "limits", "seccomp"]) == "limits"
    assert lowest([]) is None
