"""RapidOCR (PP-OCR's networks on ONNX Runtime), with the models that come in its package: nothing is ever downloaded.

Its networks and its post-processing are used as they are, through its public call, one step at a time: detect on the
page, find which way up it is, read each line. Three things are done here, because RapidOCR 3 does them badly:

- The detector gets a picture of bounded size. By default it gets a full page as it is and a narrow one enlarged without
  bound; smaller, it finds as much, on book pages more, for a third less time and memory.
- Which lines stand on their heads is decided by the page's longest lines together. Its classifier errs on short ones,
  and each error costs a line: asked line by line, it costs scanned forms three points of word F1.
- A line's text is cut at its spaces, its box with it. RapidOCR's own word boxes part words where letters stand wide,
  give a word the confidence of another word's letter, and fail for the whole page when one line has no word.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import math
import pathlib
import shlex
import sys
from typing import Any

import numpy as np

from models.engines.base import clean
from models.engines.lines import LinePart, crop_line, line_length, line_quad, read_order, share_line
from models.own import WEIGHTS
from schemas.errors import EngineError, UsageError
from schemas.geometry import Quad, reading_angle, scaling, transform_quads
from schemas.pages import PageImage, Word

MODELS = {
    "Det.model_path": "PP-OCRv6_det_small.onnx",
    "Cls.model_path": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "Rec.model_path": "PP-OCRv6_rec_small.onnx",
}
PARAMS: dict[str, Any] = {
    "Global.log_level": "critical",
    "Global.use_preprocess_img": False,  # would shrink a page to 2,000 pixels, by a factor of its own in each direction
    "Global.use_vertical_padding": False,  # would make a strip of 4,096 x 60 pixels one of 10,000 x 2,500
    "Det.limit_side_len": 32,  # leave the size to `_detector_scale`
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "EngineConfig.onnxruntime.enable_cpu_mem_arena": False,  # the arena keeps the largest page's memory for good
}
DETECTOR_PIXELS = 1_500_000  # pages are shrunk to it to find their lines; they are read at full size
DETECTOR_SIDE = 736  # pixels, RapidOCR's own default: a smaller picture is enlarged towards it
MAX_ENLARGED = 2.0  # a strip of one line, enlarged to that, has letters too large to be found
TURN_VOTERS = 15  # lines that say which way up a page is: on 32 pages of three kinds their mean was never in doubt
TURN_SHAPE = 8  # times as long as high: what of a voter is looked at, since the classifier's input is short
FIRES_AT = (
    0.25  # columns of the recogniser's output; where in its column a character's centre lies, by forms' true boxes
)
MIN_LINE_SCORE = 0.5  # RapidOCR's own default: below, a line is mostly noise
INSTALL = f"install it ({shlex.quote(sys.executable)} -m pip install 'rapidocr>=3.10,<4')"


class RapidOcr:
    """RapidOCR with one thread. A line is one detected box; a word has the mean confidence of its characters."""

    name = "rapidocr"

    def __init__(self) -> None:
        import cv2
        from rapidocr import RapidOCR

        cv2.setNumThreads(1)
        folder = _model_folder()
        self.version = importlib.metadata.version("rapidocr")
        self._ocr = RapidOCR(params=PARAMS | {key: str(folder / name) for key, name in MODELS.items()})

    def read(self, image: PageImage) -> list[Word]:
        """See `Engine.read`; rows from top to bottom, a row's lines from left to right."""
        try:
            return self._read(np.ascontiguousarray(image.pixels[:, :, ::-1]))
        except Exception as error:
            raise EngineError(f"rapidocr failed with {type(error).__name__}") from error

    def _read(self, bgr: Any) -> list[Word]:
        quads = self._upright(bgr, self._find_lines(bgr))
        lines = [self._read_line(bgr, quads[index]) for index in read_order(quads)]
        return [
            Word(text=clean(part.text), quad=part.quad, line=line, confidence=part.confidence)
            for line, parts in enumerate(filter(None, lines))
            for part in parts
        ]

    def _find_lines(self, bgr: Any) -> list[Quad]:
        import cv2

        height, width = bgr.shape[:2]
        scale = _detector_scale(width, height)
        small = bgr
        if scale != 1:
            size = (max(1, round(width * scale)), max(1, round(height * scale)))
            small = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        found: Any = self._ocr(small, use_det=True, use_cls=False, use_rec=False)
        if found.boxes is None:
            return []
        back = scaling(width / small.shape[1], height / small.shape[0])
        return transform_quads(back, [line_quad(box) for box in found.boxes])

    def _upright(self, bgr: Any, quads: list[Quad]) -> list[Quad]:
        """The quads, turned by half a turn where text of their direction stands on its head."""
        level = [abs(math.sin(math.radians(reading_angle(quad)))) < 0.7 for quad in quads]
        on_head = {
            side: self._on_head(bgr, [quad for quad, is_level in zip(quads, level, strict=True) if is_level is side])
            for side in set(level)
        }
        return [Quad(*quad[4:], *quad[:4]) if on_head[side] else quad for quad, side in zip(quads, level, strict=True)]

    def _on_head(self, bgr: Any, quads: list[Quad]) -> bool:
        """Whether the longest lines do, each with the classifier's score as its vote."""
        votes = 0.0
        voters = sorted(quads, key=line_length)[-TURN_VOTERS:]
        for quad in voters:
            line = crop_line(bgr, quad)
            head = np.ascontiguousarray(line[:, : TURN_SHAPE * line.shape[0]])
            found: Any = self._ocr(head, use_det=False, use_cls=True, use_rec=False)
            label, score = found.cls_res[0]
            votes += score if label == "180" else 1 - score
        return votes > len(voters) / 2

    def _read_line(self, bgr: Any, quad: Quad) -> list[LinePart]:
        read: Any = self._ocr(crop_line(bgr, quad), use_det=False, use_cls=False, use_rec=True, return_word_box=True)
        text, info = read.txts[0], read.word_results[0]
        if not text.strip() or read.scores[0] < MIN_LINE_SCORE:
            return []
        columns = [column for word in info.word_cols for column in word]  # of every character but spaces
        centres = (np.asarray(columns, dtype=np.float64) + FIRES_AT) / info.line_txt_len
        return share_line(text, centres, np.asarray(info.confs, dtype=np.float64), quad)


def _detector_scale(width: int, height: int) -> float:
    wanted = min(MAX_ENLARGED, max(1.0, DETECTOR_SIDE / min(width, height)))
    return min(wanted, math.sqrt(DETECTOR_PIXELS / (width * height)))


def check(_: pathlib.Path = WEIGHTS) -> None:
    """Raises UsageError where the package or one of its models is missing."""
    if importlib.util.find_spec("rapidocr") is None:
        raise UsageError(f"the engine 'rapidocr' needs the Python package rapidocr, an extra of the project: {INSTALL}")
    folder = _model_folder()
    for name in MODELS.values():
        if not (folder / name).is_file():
            raise UsageError(f"this release of the Python package rapidocr comes without {name}: {INSTALL}")


def open_engine(_: pathlib.Path = WEIGHTS) -> RapidOcr:
    """RapidOCR with its bundled models."""
    return RapidOcr()


def _model_folder() -> pathlib.Path:
    spec = importlib.util.find_spec("rapidocr")
    assert spec is not None  # `check` has seen to that
    assert spec.origin is not None
    return pathlib.Path(spec.origin).parent / "models"
