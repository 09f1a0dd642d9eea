"""evaluation.json: the scores by category and overall, and those of each page."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Any

from pipelines.evaluation.detection import LEAST_IOU
from pipelines.evaluation.measure import BoxScores, PageResult
from pipelines.evaluation.reliability import SURE, Reliability, reliability
from pipelines.evaluation.scores import Hits, total_hits, total_share


@dataclasses.dataclass(frozen=True)
class Circumstances:
    """What was evaluated, and how."""

    engine: str
    folders: tuple[str, ...]
    split: str | None
    limit: int | None
    workers: int


def evaluation(circumstances: Circumstances, results: Sequence[PageResult]) -> dict[str, Any]:
    """Everything, in plain values; shares and rates are 0..1, null where there is nothing to divide by."""
    ordered = sorted(results, key=lambda result: (result.page.category, result.page.name))
    return {
        "engine": circumstances.engine,
        "engine_version": ordered[0].engine_version,
        "folders": list(circumstances.folders),
        "split": circumstances.split,
        "limit": circumstances.limit,
        "workers": circumstances.workers,
        "categories": {
            category: figures(list(group))
            for category, group in itertools.groupby(ordered, key=lambda result: result.page.category)
        },
        "overall": figures(ordered),
        "pages": [_page(result) for result in ordered],
    }


def figures(results: Sequence[PageResult]) -> dict[str, Any]:
    """The scores over some pages, at least one; counts are summed over pages first."""
    return {
        "pages": len(results),
        "failed": sum(result.error is not None for result in results),
        "words": {
            "strict": hits_json(total_hits(result.strict for result in results)),
            "loose": hits_json(total_hits(result.loose for result in results)),
        },
        "cer": _rounded(total_share(result.characters for result in results).value),
        "cer_case_folded": _rounded(total_share(result.characters_folded for result in results).value),
        "detection": _detection(results),
        "confidence": _confidence([result.boxes for result in results if result.boxes is not None]),
        "cpu_seconds_per_page": {
            "render": _rounded(sum(result.render_seconds for result in results) / len(results)),
            "read": _rounded(sum(result.read_seconds for result in results) / len(results)),
        },
    }


def hits_json(hits: Hits) -> dict[str, Any]:
    """Counts and what follows from them."""
    return {
        "precision": _rounded(hits.precision),
        "recall": _rounded(hits.recall),
        "f1": _rounded(hits.f1),
        **hits._asdict(),
    }


def _detection(results: Sequence[PageResult]) -> dict[str, Any] | None:
    """None where no page has boxes, or where some are of lines and some of words: such a sum means nothing."""
    kinds = {result.page.lines for result in results if result.boxes is not None}
    if len(kinds) != 1:
        return None
    boxes = [result.boxes for result in results if result.boxes is not None]
    return {
        "boxes": "lines" if kinds.pop() else "words",
        "iou": LEAST_IOU,
        "pages": len(boxes),
        **hits_json(total_hits(one.detection for one in boxes)),
        "swa_of_found": {
            "strict": _rounded(total_share(one.strict for one in boxes).value),
            "loose": _rounded(total_share(one.loose for one in boxes).value),
        },
    }


def _confidence(boxes: Sequence[BoxScores]) -> dict[str, Any] | None:
    """None where no page has words' boxes."""
    judged = [one.tokens for one in boxes if one.tokens is not None]
    if not judged:
        return None
    found: Reliability = reliability(list(itertools.chain.from_iterable(judged)))
    return {
        "tokens": found.tokens,
        "without_confidence": found.without,
        "right": _rounded(found.right),
        "ece": _rounded(found.ece),
        "sure_from": SURE,
        "sure_share": _rounded(found.sure_share),
        "sure_precision": _rounded(found.sure_precision),
        "bins": [
            {
                "from": one.least,
                "tokens": one.tokens,
                "mean_confidence": _rounded(one.mean_confidence),
                "right": _rounded(one.right),
            }
            for one in found.bins
        ],
    }


def _page(result: PageResult) -> dict[str, Any]:
    boxes = result.boxes
    return {
        "category": result.page.category,
        "name": result.page.name,
        "error": result.error,
        "strict": hits_json(result.strict),
        "loose": hits_json(result.loose),
        "cer": _rounded(result.characters.value),
        "cer_case_folded": _rounded(result.characters_folded.value),
        "detection": None if boxes is None else hits_json(boxes.detection),
        "cpu_seconds": {"render": _rounded(result.render_seconds), "read": _rounded(result.read_seconds)},
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
