"""What the input names: manifests, or files to make a manifest of."""

from __future__ import annotations

import functools
import glob
import itertools
import os
from collections.abc import Iterator

from schemas.errors import UsageError
from transforms import storage
from transforms.elements import ManifestEntry
from transforms.read_manifest import is_manifest

_PATTERN = frozenset("*?[")
_LONGEST = 255  # bytes that a file's name may have
_PICTURES = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".tif", ".tiff", ".bmp", ".webp")  # names end so
_OTHER = ".file"  # stands between any other name and .pdf: beside `letter`, `letter.pdf` may be a file


def find(pattern: str, output: str, may_be_empty: bool = False) -> list[str] | list[ManifestEntry]:
    """The manifests that `pattern` names, or else an entry for each file; never what lies in `output`.

    Raises UsageError where there is nothing; with `may_be_empty`, only where a folder does not exist.
    """
    try:
        root, paths = _paths(pattern)
    except UsageError:
        raise
    except Exception as error:  # each storage has classes of its own
        raise UsageError(f"--input {pattern} cannot be listed: {type(error).__name__}") from error
    if not paths and not may_be_empty:
        raise UsageError(f"--input {pattern} names no file")
    own = tuple(f"{_real(output.rstrip('/'))}/{folder}/" for folder in ("tables", "overlays", "runs"))
    paths = [path for path in paths if not _real(path).startswith(own)]
    if not paths and not may_be_empty:
        raise UsageError(f"--input {pattern} names nothing but what lies in --output {output}")
    if root is None and paths and all(map(is_manifest, paths)):
        return paths
    if root is None:
        root = _fixed_folder(pattern)
    return [_entry(path, _overlay_name(path, root)) for path in paths]


def listed_folder(pattern: str) -> str | None:
    """The folder that `pattern` names, all files in which `find` gives; None where it names files or manifests."""
    if "://" not in pattern:
        return (pattern.rstrip("/") or "/") if os.path.isdir(pattern) else None
    if _PATTERN & set(pattern) or storage.listing(pattern.rstrip("/")):
        return None
    return pattern.rstrip("/")


def _paths(pattern: str) -> tuple[str | None, list[str]]:
    """The folder, where the pattern is one, and all files."""
    if "://" not in pattern:
        if os.path.isdir(pattern):
            return pattern, sorted(_walk(pattern.rstrip("/") or "/"))
        if os.path.lexists(pattern):  # before it is taken for a pattern: a name may have brackets
            return None, [pattern]
        if not _PATTERN & set(pattern):
            raise UsageError(f"--input {pattern}: there is no such file or folder")
        # Not Beam's: it passes over links that lead nowhere, and folders that begin with a pattern.
        return None, sorted(path for path in glob.glob(pattern, recursive=True) if not os.path.isdir(path))
    storage.check(pattern)
    if _PATTERN & set(pattern):
        return None, [found.path for found in storage.listing(pattern)]
    found = storage.listing(pattern.rstrip("/"))
    if found:
        return None, [one.path for one in found]
    return pattern, [one.path for one in storage.listing(pattern.rstrip("/") + "/**")]


def _walk(folder: str) -> Iterator[str]:
    with os.scandir(folder):
        pass  # raises where there is nothing to be had at all
    unlisted: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=unlisted.append):
        yield from (os.path.join(parent, name) for name in names)
        # A link to a folder is not followed (it may lead in circles), but not passed over in silence either.
        yield from (path for path in (os.path.join(parent, name) for name in folders) if os.path.islink(path))
    # One that cannot be listed stands for its files: it will end as something that cannot be read.
    yield from (error.filename for error in unlisted)


def _real(path: str) -> str:
    return path if "://" in path else os.path.join(_real_folder(os.path.dirname(path)), os.path.basename(path))


@functools.lru_cache(1024)
def _real_folder(folder: str) -> str:
    return os.path.realpath(folder)


def _absolute(path: str) -> str:
    return path.rstrip("/") if "://" in path else os.path.abspath(path)


def _overlay_name(path: str, root: str) -> str | None:
    """The source's own name below `root`, with .pdf behind it where it is not a PDF's; None where no file can have it,
    as an object's with two slashes or dots between them, which would lie elsewhere.

    It comes from the source's name alone, and no other source has it, whatever else lies there today or on another day:
    the PDF of one that is gone may be the last copy of its pages.
    """
    whole = path if "://" in path else os.path.abspath(path)
    *folders, name = whole[len(_absolute(root).rstrip("/")) :].removeprefix("/").split("/")
    if not {"", ".", ".."}.isdisjoint([*folders, name]):
        return None
    if name.lower().endswith(".pdf"):
        name = _set_apart(name)
    else:
        name += ".pdf" if name.lower().endswith(_PICTURES) else f"{_OTHER}.pdf"
    parts = [*map(_set_apart, folders), name]
    return "/".join(parts) if all(len(os.fsencode(part)) <= _LONGEST for part in parts) else None


def _set_apart(name: str) -> str:
    """The name of a PDF or a folder; with a ~ more, where another source's overlay could have it or what it becomes."""
    stem, ending = name[:-4], name[-4:]
    taken = ending.lower() == ".pdf" and stem.rstrip("~").lower().endswith((*_PICTURES, _OTHER))
    return f"{stem}~{ending}" if taken else name


def _fixed_folder(pattern: str) -> str:
    """What a pattern of files says before its first `*`, `?` or `[`: the same folder whatever matches today."""
    folders = pattern.split("/")[:-1]
    fixed = list(itertools.takewhile(lambda part: not _PATTERN & set(part), folders))
    if os.path.lexists(pattern):
        fixed = folders  # a file whose name has the characters of a pattern
    return "/".join(fixed) or ("/" if pattern.startswith("/") else ".")


def _entry(path: str, overlay_name: str | None) -> ManifestEntry:
    try:
        path.encode()
    except UnicodeEncodeError:
        readable = os.fsencode(path).decode("utf-8", "backslashreplace")
        return ManifestEntry(uri=readable, error="the file's name is not UTF-8")
    return ManifestEntry(uri=path, overlay_name=overlay_name)
