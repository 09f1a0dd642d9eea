"""What the engines of a run did, for summary.json and the report."""

from __future__ import annotations

from typing import Any

from pipelines.evaluation.scores import Hits
from transforms.engine_sums import ShadowSums
from transforms.summarise import Summary


def engines_json(summary: Summary) -> list[dict[str, Any]]:
    """Each engine that read pages, the busiest first."""
    ordered = sorted(summary.engine_sums.items(), key=lambda item: (-item[1].pages, item[0]))
    return [
        {
            "engine": name,  # with its version
            "files": sums.documents,
            "pages": sums.pages,  # that ended well
            "failed": sums.failed,  # pages
            "copies": sums.copies,  # of both: pages whose words were read, and paid for, at another place
            "words": sums.words,  # that the files did not have before
            "words_per_page": _ratio(sums.words, sums.pages),
            "mean_confidence": _rounded(sums.mean_confidence),
            "cpu_seconds": round(sums.cpu_seconds, 3),  # for reading alone
            "cpu_seconds_per_page": _rounded(sums.cpu_seconds_per_page),
        }
        for name, sums in ordered
    ]


def read_twice_json(summary: Summary) -> list[dict[str, Any]]:
    """Each pair of engines that read the same pages; words and times are of pages on which neither failed."""
    pairs = [(name.partition(":"), sums) for name, sums in sorted(summary.shadow_sums.items())]
    return [pair_json(engine, shadow, sums) for (engine, _, shadow), sums in pairs]


def pair_json(engine: str, shadow: str, sums: ShadowSums) -> dict[str, Any]:
    """Two engines, by names to show, on the same pages; shares are 0..1, null where there is nothing to divide by."""
    return {
        "pages": sums.pages,
        "agreement": _agreement(sums, Hits(sums.common, sums.shadow_words, sums.words)),  # F1 of the words as they are
        "agreement_loose": _agreement(sums, Hits(sums.common_loose, sums.shadow_words_loose, sums.words_loose)),
        "first": {  # its words are in the token table
            "engine": engine,
            "failed": sums.failed,
            "words": sums.words,
            "only": sums.words - sums.common,
            "only_loose": sums.words_loose - sums.common_loose,
            "mean_confidence": _ratio(sums.confidence_sum, sums.confidence_count),
            "cpu_seconds_per_page": _ratio(sums.cpu_seconds, sums.pages),
        },
        "second": {
            "engine": shadow,
            "failed": sums.shadow_failed,
            "words": sums.shadow_words,
            "only": sums.shadow_words - sums.common,
            "only_loose": sums.shadow_words_loose - sums.common_loose,
            "mean_confidence": _ratio(sums.shadow_confidence_sum, sums.shadow_confidence_count),
            "cpu_seconds_per_page": _ratio(sums.shadow_cpu_seconds, sums.pages),
        },
    }


def _agreement(sums: ShadowSums, hits: Hits) -> float | None:
    return round(hits.f1, 4) if sums.pages else None


def _ratio(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
