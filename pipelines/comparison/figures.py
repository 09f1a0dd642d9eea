"""comparison.json: where two engines differ, how much, and what each costs."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from typing import Any

from pipelines.comparison.compared_pages import ComparedPage
from pipelines.evaluation.scores import Hits
from pipelines.report.engines import pair_json
from schemas.records import ShadowRow
from transforms.engine_sums import ShadowSums, of_shadow_row

LEVELS = (1.0, 0.98, 0.95, 0.9, 0.8, 0.5, 0.0)  # of a page's agreement, from this value up


def comparison(pages: Sequence[ComparedPage]) -> dict[str, Any]:
    """Everything, in plain values, of at least one page; the pages in their order."""
    sums = functools.reduce(operator.add, (of_shadow_row(page.row) for page in pages), ShadowSums())
    found = pair_json(
        _name(pages[0].row.engine, {page.row.engine_version for page in pages}),
        _name(pages[0].row.shadow, {page.row.shadow_version for page in pages}),
        sums,
    )
    agreements = [value for page in pages if (value := agreement_loose(page.row)) is not None]
    return {
        **found,
        "pages_by_agreement": [
            {"from": level, "pages": sum(level <= value < above for value in agreements)}
            for level, above in zip(LEVELS, (1.1, *LEVELS), strict=False)
        ],
        "pages_read_twice": [_page(page) for page in pages],
    }


def agreement_loose(row: ShadowRow) -> float | None:
    """F1 over the page's loose words, 1 where neither has one; None where an engine failed."""
    if row.common_loose is None or row.words_loose is None or row.shadow_words_loose is None:
        return None
    return Hits(row.common_loose, row.shadow_words_loose, row.words_loose).f1


def _name(engine: str, versions: set[str | None]) -> str:
    return " ".join([engine, *sorted(version for version in versions if version is not None)])


def _page(page: ComparedPage) -> dict[str, Any]:
    row = page.row
    loose = agreement_loose(row)
    strict = None if row.common is None else Hits(row.common, row.shadow_words or 0, row.words or 0).f1
    return {
        "document_id": row.document_id,
        "uri": row.uri,
        "page": row.page,
        "agreement": None if strict is None else round(strict, 4),
        "agreement_loose": None if loose is None else round(loose, 4),
        "first": {
            "words": row.words,
            "reason": row.reason,
            "cpu_seconds": round(row.cpu_seconds, 4),
            "only_loose": page.first.only,
        },
        "second": {
            "words": row.shadow_words,
            "reason": row.shadow_reason,
            "cpu_seconds": round(row.shadow_cpu_seconds, 4),
            "only_loose": page.second.only,
        },
    }
