"""The layers of the job: imports point down, native parsers stay in their folder, and an import is cheap."""

from __future__ import annotations

import ast
import json
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "schemas": set(),
    "documents": {"schemas"},
    "models": {"schemas"},
    "transforms": {"schemas", "documents", "models"},
    "pipelines": {"schemas", "documents", "models", "transforms"},
}
NEVER_INSTALLED = {"training", "benchmarks", "tests"}
PARSERS = {"pypdfium2", "pypdfium2_raw", "pikepdf", "img2pdf", "pdfminer"}
MAKES_FILES = ROOT / "pipelines" / "samples"  # with the same libraries, but it opens no file of anyone's
BEAM = {"transforms", "pipelines"}
HEAVY = {
    "cv2", "img2pdf", "onnxruntime", "pikepdf", "pypdfium2", "rapidocr", "scipy", "shapely", "sklearn", "torch"
}  # fmt: skip


def _modules(package: str) -> list[Path]:
    found = sorted((ROOT / package).rglob("*.py"))
    assert found, f"no module in {package}"
    return found


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that is imported, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import hides the layer that it points to"
            yield node.lineno, node.module or ""


def _roots(path: Path) -> dict[str, int]:
    """The top-level packages that a module imports, each with a line that does so."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    return {name.partition(".")[0]: line for line, name in _imports(tree)}


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_point_down(package: str) -> None:
    forbidden = (set(MAY_IMPORT) | NEVER_INSTALLED | {"torch"}) - MAY_IMPORT[package] - {package}
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {root}"
        for path in _modules(package)
        for root, line in _roots(path).items()
        if root in forbidden
    ]
    assert not wrong


@pytest.mark.parametrize("package", sorted(set(MAY_IMPORT) - BEAM))
def test_what_is_pure_does_not_know_beam(package: str) -> None:
    assert not [str(path) for path in _modules(package) if "apache_beam" in _roots(path)]


def test_native_parsers_are_driven_from_documents_alone() -> None:
    others = sorted(set(MAY_IMPORT) - {"documents"})
    wrong = [
        f"{path.relative_to(ROOT)} imports {parser}"
        for package in others
        for path in _modules(package)
        if MAKES_FILES not in path.parents
        for parser in PARSERS & set(_roots(path))
    ]
    assert not wrong


def test_schemas_need_numpy_and_pyarrow_alone() -> None:
    allowed = {"schemas", "numpy", "pyarrow"} | sys.stdlib_module_names
    assert not [
        f"{path.relative_to(ROOT)} imports {root}"
        for path in _modules("schemas")
        for root in _roots(path)
        if root not in allowed
    ]


def _loaded_by(modules: list[str]) -> set[str]:
    """The top-level packages that a fresh Python holds after importing `modules`."""
    code = (
        f"import importlib, json, sys\nfor name in {modules!r}: importlib.import_module(name)\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    return set(json.loads(result.stdout))


def _names(package: str) -> list[str]:
    found = [module.name for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}.")]
    return [package, *found]


def test_importing_the_job_loads_no_model_no_parser_and_no_client() -> None:
    beams_own = _loaded_by(["apache_beam.io.filesystems"])  # the cloud clients, where they are installed
    assert not (_loaded_by(["pipelines.backfill"]) - beams_own) & HEAVY


def test_importing_models_loads_no_runtime() -> None:
    assert not _loaded_by([*_names("schemas"), *_names("models")]) & (HEAVY | {"apache_beam", "pandas"})


def test_importing_documents_loads_no_model_and_not_beam() -> None:
    assert not _loaded_by(_names("documents")) & ((HEAVY | {"apache_beam", "pandas"}) - PARSERS)
