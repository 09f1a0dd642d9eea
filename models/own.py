"""Where the files of the project's own models lie, and which there are."""

from __future__ import annotations

from pathlib import Path

WEIGHTS = Path(__file__).parent / "weights"
"""The folder; a job may be given another one like it."""
NETWORKS = ("ocrable.onnx", "orientation.onnx", "corners.onnx", "corners_close.onnx", "line_net.onnx", "word_net.onnx")
"""The networks in it, each with its card."""
