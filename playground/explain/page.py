"""The page of all stages in Markdown, to stand between the markers of `docs/decoding.md`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from playground.explain.examples import lines_of
from playground.explain.stage import Explained, all_stages, explain
from playground.marked_page import Marked
from playground.plugins import Plugins

STAGES = Marked("<!-- stages: begin -->", "<!-- stages: end -->", "stages")
FIRST = ("Strategies", "Search", "Several texts", "Scaling", "Truncation", "Penalties")
"""The groups that a reader meets first, in this order; the others follow."""


def page_of(plugins: Plugins) -> str:
    """Every stage, by group: those of FIRST, then the others in the order in which they first occur."""
    explained = [explain(name, registry, plugins) for name, registry in all_stages(plugins)]
    groups: dict[str, list[Explained]] = {group: [] for group in FIRST}
    for stage in explained:
        groups.setdefault(stage.group, []).append(stage)
    parts = (part for group, stages in groups.items() if stages for part in _group(group, stages))
    return "\n\n".join(parts) + "\n"


def _group(group: str, stages: Sequence[Explained]) -> Iterator[str]:
    yield f"## {group}"
    yield " · ".join(f"[{stage.name}](#{stage.name})" for stage in stages)
    for stage in stages:
        yield from _stage(stage)


def _stage(stage: Explained) -> Iterator[str]:
    yield f"### {stage.name}"
    if stage.aliases:
        yield "Also " + ", ".join(f"`{alias}`" for alias in stage.aliases) + "."
    yield stage.summary
    yield from stage.details
    facts = (
        ("Formula", stage.formula and f"`{stage.formula}`"),
        ("Source", stage.source),
        ("Elsewhere", stage.elsewhere),
        ("Neutral", stage.neutral and f"`{stage.neutral}`"),
    )
    if told := [f"- {what}: {fact}" for what, fact in facts if fact]:
        yield "\n".join(told)
    if stage.options:
        yield _options(stage)
    example = "\n".join(lines_of(stage.example))
    yield f"```text\n{example}\n```"


def _options(stage: Explained) -> str:
    rows = [
        (f"`{name}`", kind, span, default and f"`{default}`", text)
        for name, kind, span, default, text in (option.cells() for option in stage.options)
    ]
    return "\n".join(
        [
            "| option | type | range | default | |",
            "|---|---|---|---|---|",
            *("| " + " | ".join(map(_cell, row)) + " |" for row in rows),
        ]
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
