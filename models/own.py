"""Where the files of the project's own models lie."""

from __future__ import annotations

from pathlib import Path

WEIGHTS = Path(__file__).parent / "weights"
"""The folder; a job may be given another one like it."""
