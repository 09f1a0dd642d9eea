"""RapidOCR by itself, as its own documentation calls it, held to one thread.

python -m benchmarks.speed_rapidocr WORDS.json [PAGE ...]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(output: str, *pages: str) -> None:
    import cv2
    from rapidocr import RapidOCR

    cv2.setNumThreads(1)
    threads = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
    engine = RapidOCR(params={"Global.log_level": "critical", **threads})
    found = {}
    for page in pages:
        read = engine(page, return_word_box=True)
        found[page] = [[text, score] for text, score in zip(read.txts or (), read.scores or (), strict=True)]
    Path(output).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
