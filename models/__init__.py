"""Pixels in, words out: the models and the OCR engines. Knows only `schemas`."""

import os

# ONNX Runtime's builds tell their maker of every model and process, unless this is so before they are loaded.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
