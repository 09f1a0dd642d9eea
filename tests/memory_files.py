"""A storage that is far away, for tests: `memory://...`, known to Beam as gs:// is. It can be told to fail."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from apache_beam.io.filesystem import BeamIOError, CompressionTypes, FileMetadata, FileSystem

FILES: dict[str, bytes] = {}
TROUBLE: dict[str, list[Exception]] = {}  # what the next attempts to open a file raise


class _Written(io.BytesIO):
    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def close(self) -> None:
        if not self.closed:
            FILES[self._path] = self.getvalue()
        super().close()


class MemoryFileSystem(FileSystem):
    """Like an object store: no folders, and it wants Beam's options as S3 does."""

    def __init__(self, pipeline_options: Any) -> None:
        super().__init__(pipeline_options)
        self._asked_with_options = pipeline_options is not None

    @classmethod
    def scheme(cls) -> str:
        return "memory"

    def join(self, basepath: str, *paths: str) -> str:
        return "/".join([basepath.rstrip("/"), *paths])

    def split(self, path: str) -> tuple[str, str]:
        head, _, tail = path.rpartition("/")
        return head, tail

    def mkdirs(self, path: str) -> None:
        raise NotImplementedError

    def has_dirs(self) -> bool:
        return False

    def _list(self, dir_or_prefix: str) -> Iterator[FileMetadata]:
        self._want_options()
        for path in list(FILES):
            if path.startswith(dir_or_prefix):
                yield self.metadata(path)

    def create(self, path: str, mime_type: str = "", compression_type: str = CompressionTypes.AUTO) -> _Written:
        self._want_options()
        return _Written(path)

    def open(self, path: str, mime_type: str = "", compression_type: str = CompressionTypes.AUTO) -> io.BytesIO:
        self._want_options()
        if TROUBLE.get(path):
            raise TROUBLE[path].pop(0)
        return io.BytesIO(self._found(path))

    def copy(self, source_file_names: list[str], destination_file_names: list[str]) -> None:
        for source, destination in zip(source_file_names, destination_file_names, strict=True):
            FILES[destination] = self._found(source)

    def rename(self, source_file_names: list[str], destination_file_names: list[str]) -> None:
        self.copy(source_file_names, destination_file_names)
        self.delete(source_file_names)

    def exists(self, path: str) -> bool:
        self._want_options()
        return path in FILES

    def size(self, path: str) -> int:
        return len(self._found(path))

    def last_updated(self, path: str) -> float:
        return 0.0

    def checksum(self, path: str) -> str:
        return ""

    def metadata(self, path: str) -> FileMetadata:
        return FileMetadata(path, len(self._found(path)), 1234.5)

    def delete(self, paths: list[str]) -> None:
        for path in paths:
            FILES.pop(path, None)

    def _found(self, path: str) -> bytes:
        if path not in FILES:
            raise BeamIOError("Get operation failed", {path: FileNotFoundError(path)})
        return FILES[path]

    def _want_options(self) -> None:
        if not self._asked_with_options:
            raise ValueError("pipeline_options is not set")
