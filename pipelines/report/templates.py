"""The HTML pages' common ground: how templates are found and figures are written."""

from __future__ import annotations

import functools

import jinja2

from pipelines.report import wording


@functools.cache
def environment(package: str) -> jinja2.Environment:
    """Of the templates of a package of `pipelines`, with the report's beside them, and `wording`'s filters."""
    loaders = [jinja2.PackageLoader(name, "") for name in dict.fromkeys([package, "pipelines.report"])]
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(loaders),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for word in ("number", "count", "figure", "confidence", "percent", "printable", "score"):
        environment.filters[word] = getattr(wording, word)
    return environment
