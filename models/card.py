"""Model cards: NAME.onnx stands beside NAME.json, which says what the model is and which bytes it is made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from schemas.errors import ModelError

if TYPE_CHECKING:
    import onnxruntime

REQUIRED = ("name", "sha256", "input", "trained_on", "licence", "scores")


@dataclass(frozen=True)
class Card:
    """A checked card.

    ``fields`` is the JSON as it stands: ``name``, ``sha256`` (of the ONNX file, lower-case hex), ``input`` (shape,
    dtype, range), ``trained_on`` (data and their licences), ``licence``, ``scores``, and what the model's class needs.
    """

    model: Path
    fields: Mapping[str, Any]

    @classmethod
    def open(cls, path: Path | str) -> Card:
        """Reads the card of a model and checks the model's hash.

        Args:
            path: of the ONNX file or of its card; the two differ in the suffix alone.

        Raises:
            ModelError: a file is missing, the card lacks a field, or the model is not the one the card describes.
        """
        model, described = Path(path).with_suffix(".onnx"), Path(path).with_suffix(".json")
        try:
            fields = json.loads(described.read_text(encoding="utf-8"))
            found = hashlib.sha256(model.read_bytes()).hexdigest()
        except FileNotFoundError as error:
            raise ModelError(f"{error.filename} is missing: a model is NAME.onnx and NAME.json side by side") from error
        except ValueError as error:
            raise ModelError(f"{described} is not JSON: {error}") from error
        missing = [name for name in REQUIRED if name not in fields]
        if missing:
            raise ModelError(f"{described} lacks {', '.join(missing)}: export the model again")
        if found != fields["sha256"]:
            raise ModelError(f"{model} has SHA-256 {found}, its card says {fields['sha256']}: install the pair again")
        return cls(model, MappingProxyType(fields))

    def __getitem__(self, name: str) -> Any:
        try:
            return self.fields[name]
        except KeyError as error:
            raise ModelError(f"{self.model.with_suffix('.json')} lacks {name!r}: export the model again") from error

    def session(self) -> onnxruntime.InferenceSession:
        """The model in ONNX Runtime on the CPU, held to one thread."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(str(self.model), options, providers=["CPUExecutionProvider"])
