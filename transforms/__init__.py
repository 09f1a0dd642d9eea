"""Beam: one PTransform a file, thin, named for what it does."""
