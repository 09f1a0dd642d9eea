"""What a run came to, for people and programs: summary.json and report.html."""

from __future__ import annotations

from pipelines.report.facts import RunFacts, summary_json
from pipelines.report.page import render_report

__all__ = ["RunFacts", "render_report", "summary_json"]
