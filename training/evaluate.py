"""The Word Net beside its peers on the same crops: accuracy and CPU time, in one run."""

from __future__ import annotations

import functools
import os
import random
import resource
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from models.word_net import Grey, WordNet
from training.crops import Crop, crops, pages
from training.printed import printed_lines
from training.scores import character_error_rate, single_word_accuracy, space_recall

Reader = Callable[[Grey], str]


@dataclass(frozen=True)
class Row:
    """One reader on one set. Shares are 0..1; ``milliseconds``: CPU time (user + system, children too) a crop."""

    reader: str
    crops: int
    loose: float
    strict: float
    error_rate: float
    space_recall: float
    milliseconds: float

    def __str__(self) -> str:
        return (
            f"{self.reader:28} {self.crops:6} crops  loose {self.loose:.3f}  strict {self.strict:.3f}  "
            f"CER {self.error_rate:.3f}  spaces {self.space_recall:.3f}  {self.milliseconds:6.2f} ms"
        )


def measure(name: str, read: Reader, items: Sequence[Crop]) -> Row:
    """Reads every crop once, after three to warm up."""
    for crop in items[:3]:
        read(crop.pixels)
    start = _cpu_seconds()
    texts = [read(crop.pixels) for crop in items]
    cost = (_cpu_seconds() - start) / len(items) * 1000
    truths = [crop.text for crop in items]
    loose, strict = single_word_accuracy(truths, texts)
    return Row(name, len(items), loose, strict, character_error_rate(truths, texts), space_recall(truths, texts), cost)


def rapidocr() -> Reader:
    """RapidOCR's recogniser alone, one thread."""
    from rapidocr import RapidOCR

    engine: Any = RapidOCR(
        params={
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Global.log_level": "error",
            "Global.text_score": 0.0,
        }
    )

    def read(pixels: Grey) -> str:
        found = engine(cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR), use_det=False, use_cls=False, use_rec=True)
        return " ".join(found.txts or ())

    return read


def tesseract(mode: int) -> Reader:
    """Tesseract with ``--psm mode`` (7: a line, 8: a word) on a crop that is given a white margin of 8 pixels."""
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}

    def read(pixels: Grey) -> str:
        _, png = cv2.imencode(".png", np.pad(pixels, 8, constant_values=255))
        command = ["tesseract", "stdin", "stdout", "--psm", str(mode), "-l", "eng", "--dpi", "150"]
        done = subprocess.run(command, input=png.tobytes(), capture_output=True, env=environment, check=True)
        return " ".join(done.stdout.decode("utf-8", "replace").split())

    return read


def evaluate(
    data: Path, readers: dict[str, WordNet], peers: bool, sample: int, pdfs: Sequence[Path] = (), seed: int = 5
) -> dict[str, list[Row]]:
    """A table a set: all crops for the Word Nets, and a sample of them for everybody."""
    sets = {
        "forms, words": (crops(pages(data, "forms")), 8),
        "receipts, validation lines": (crops(pages(data, "receipts", "validation")), 7),
    }
    if pdfs:
        sets["born-digital PDFs, lines at 144 dpi"] = ([crop for path in pdfs for crop in printed_lines(path, 2.0)], 7)
    tables = {}
    ours: dict[str, Reader] = {reader: functools.partial(_text, net) for reader, net in readers.items()}
    for name, (items, mode) in sets.items():
        rows = [measure(reader, read, items) for reader, read in ours.items()]
        if peers:
            part = random.Random(seed).sample(items, min(sample, len(items)))
            everybody = {**ours, "RapidOCR": rapidocr(), f"Tesseract --psm {mode}": tesseract(mode)}
            rows += [measure(f"{reader} (sample)", read, part) for reader, read in everybody.items()]
        tables[name] = rows
    return tables


def _text(net: WordNet, pixels: Grey) -> str:
    return net.read_line(pixels).text


def false_words(net: WordNet, windows: Sequence[Grey]) -> float:
    """Share of windows without text in which a word is read with a confidence over 0.5."""
    readings = net.read(np.stack(windows))
    return float(np.mean([bool(r.text.strip()) and r.confidence > 0.5 for r in readings]))


def _cpu_seconds() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
