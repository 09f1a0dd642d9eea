"""What a run came to, once its waves are whole: the report, the figures for machines, and what the terminal shows."""

from __future__ import annotations

import datetime
import json

from documents.jail import lowest
from pipelines import console, exit_codes, report, survey, wave
from pipelines.options import Settings
from pipelines.plan import Plan
from transforms import storage
from transforms.elements import Thumbnail
from transforms.gallery import LeastConfident
from transforms.summarise import Summary, merged


def finish(
    settings: Settings,
    planned: Plan,
    *,
    workers: int | None,
    resumed: int,
    started_at: datetime.datetime,
    isolation: str,
) -> int:
    """Writes and prints what the waves came to. Returns the exit code.

    Args:
        workers: processes of a local run; None elsewhere.
        resumed: waves that an earlier start had done.
        isolation: that was reached where the run was started, for want of a worker's word.
    """
    wave.remove_partial(settings)
    storage.remove_folder(settings.scratch)
    if settings.survey:
        counted = survey.finish(settings, list(planned.waves)).files
        storage.remove_folder(settings.scratch)
        return exit_codes.of_run(planned, counted, 0)

    summary, gallery, wall_seconds = _all_books(settings, planned)
    facts = report.RunFacts(
        run=settings.run,
        input=settings.input,
        output=settings.output,
        engine=settings.engine,
        workers=workers,
        started_at=started_at,
        wall_seconds=wall_seconds,
        waves=len(planned.waves),
        waves_resumed=resumed,
        isolation=lowest(summary.isolation) or isolation,
        changes=planned.changes,
        experiment=None if settings.experiment is None else str(settings.experiment),
        shadow=None if settings.shadow is None else str(settings.shadow),
    )
    _write_report(settings, facts, summary, gallery)
    return exit_codes.of_run(planned, summary.documents, summary.internal_errors)


def _all_books(settings: Settings, planned: Plan) -> tuple[Summary, list[Thumbnail], float]:
    books = [wave.read_books(settings, number) for number in planned.waves]
    gallery = LeastConfident().merge_accumulators([gallery for _, gallery, _ in books])
    return merged(summary for summary, _, _ in books), gallery, sum(seconds for _, _, seconds in books)


def _write_report(settings: Settings, facts: report.RunFacts, summary: Summary, gallery: list[Thumbnail]) -> None:
    paths = {
        "tables": f"{settings.output}/tables",
        "PDFs": f"{settings.output}/overlays",
        "report": f"{settings.folder}/report.html",
    }
    html = report.render_report(facts, summary, gallery)
    storage.write(paths["report"], html.encode(), settings.scratch)
    facts_json = json.dumps(report.summary_json(facts, summary), indent=1, ensure_ascii=False)
    storage.write(f"{settings.folder}/summary.json", facts_json.encode(), settings.scratch)
    storage.remove_folder(settings.scratch)
    print(console.render_summary(facts, summary, paths))
