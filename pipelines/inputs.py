"""What the input names: manifests, or files to make a manifest of."""

from __future__ import annotations

import os
from collections.abc import Iterator

from apache_beam.io.filesystem import BeamIOError

from schemas.errors import UsageError
from transforms import storage
from transforms.elements import ManifestEntry
from transforms.read_manifest import is_manifest

_PATTERN = frozenset("*?[")


def find(pattern: str, output: str) -> list[str] | list[ManifestEntry]:
    """The manifests that `pattern` names, or else an entry for each file; never what lies in `output`.

    Raises UsageError where there is nothing.
    """
    try:
        root, paths = _paths(pattern)
    except (OSError, BeamIOError) as error:
        raise UsageError(f"--input {pattern} cannot be listed: {type(error).__name__}") from error
    own = _absolute(output).rstrip("/") + "/"
    paths = [path for path in paths if not _absolute(path).startswith(own)]
    if not paths:
        raise UsageError(f"--input {pattern} names no file")
    if root is None and all(map(is_manifest, paths)):
        return paths
    names = _overlay_names(paths, root if root is not None else _common_folder(paths))
    return [_entry(path, name) for path, name in zip(paths, names, strict=True)]


def _paths(pattern: str) -> tuple[str | None, list[str]]:
    """The folder, where the pattern is one, and all files."""
    if "://" not in pattern:
        if os.path.isdir(pattern):
            return pattern.rstrip("/"), sorted(_walk(pattern.rstrip("/") or "/"))
        if os.path.lexists(pattern):  # before it is taken for a pattern: a name may have brackets
            return None, [pattern]
        if not _PATTERN & set(pattern):
            raise UsageError(f"--input {pattern}: there is no such file or folder")
        return None, [found.path for found in storage.listing(pattern)]
    if _PATTERN & set(pattern):
        return None, [found.path for found in storage.listing(pattern)]
    found = storage.listing(pattern.rstrip("/"))
    if found:
        return None, [one.path for one in found]
    return pattern.rstrip("/"), [one.path for one in storage.listing(pattern.rstrip("/") + "/**")]


def _walk(folder: str) -> Iterator[str]:
    for parent, _, names in os.walk(folder):
        yield from (os.path.join(parent, name) for name in names)


def _absolute(path: str) -> str:
    return path if "://" in path else os.path.abspath(path)


def _common_folder(paths: list[str]) -> str:
    folders = [path.rpartition("/")[0] for path in paths]
    return os.path.commonpath(folders) if "://" not in paths[0] and all(folders) else ""


def _overlay_names(paths: list[str], root: str) -> list[str]:
    """The source's own relative name, with .pdf behind it where it is not a PDF's; no two alike."""
    relative = [path[len(root) :].lstrip("/") if root else path.rpartition("/")[2] for path in paths]
    taken = {name for name in relative if name.lower().endswith(".pdf")}
    names = []
    for name in relative:
        if not name.lower().endswith(".pdf"):
            name += ".pdf"
            while name in taken:
                name = f"{name[:-4]}~.pdf"
            taken.add(name)
        names.append(name)
    return names


def _entry(path: str, overlay_name: str) -> ManifestEntry:
    try:
        path.encode()
    except UnicodeEncodeError:
        readable = os.fsencode(path).decode("utf-8", "replace")
        return ManifestEntry(uri=readable, error="the file's name is not UTF-8")
    return ManifestEntry(uri=path, overlay_name=overlay_name)
