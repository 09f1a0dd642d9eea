"""Pixels in, words out: the models and the OCR engines. Knows only `schemas`."""
