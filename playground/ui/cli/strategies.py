"""`playground strategies`: what a chain can be made of, as the classes of plugins declare it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from playground.ui.cli import complete, strategies_import
from playground.ui.cli.common import (
    App,
    json_option,
    notice,
    print_json,
    print_table,
    write,
    write_line,
)

if TYPE_CHECKING:
    from playground.explain.stage import Explained

TAKES_OPTIONS = {"strategy": "ends a chain", "processor": "stands before the strategy"}


@click.group("strategies")
def command() -> None:
    """List and explain decoding strategies and processors: the stages of a chain."""


command.add_command(strategies_import.command)


@command.command("list")
@json_option
@click.pass_obj
def list_stages(app: App, as_json: bool) -> None:
    """All stages: strategies, which own the loop, and processors, which narrow the candidates."""
    from playground.api.options import summary_of
    from playground.explain.stage import all_stages

    rows = [
        {"name": name, "kind": registry.kind, "summary": summary_of(registry[name])}
        for name, registry in all_stages(app.session().plugins)
    ]
    if as_json:
        print_json(rows)
        return
    print_table(("name", "kind", "summary"), [tuple(row.values()) for row in rows])


@command.command()
@click.argument("name", shell_complete=complete.stages)
@json_option
@click.pass_obj
def show(app: App, name: str, as_json: bool) -> None:
    """What one stage computes, its options, where it comes from, and a worked example, computed."""
    from playground.explain.stage import explain, find

    plugins = app.session().plugins
    stage = explain(*find(name, plugins), plugins)
    if as_json:
        print_json(stage)
    else:
        _show(stage)


def _show(stage: Explained) -> None:
    from playground.explain.examples import lines_of

    write_line(f"{stage.name} · {stage.kind} of plugin {stage.plugin}, {TAKES_OPTIONS[stage.kind]}")
    if stage.aliases:
        write_line(f"also called {', '.join(stage.aliases)}")
    for paragraph in (stage.summary, *stage.details):
        write_line(paragraph)
    facts = {name: getattr(stage, name) for name in ("formula", "source", "elsewhere", "neutral")}
    if told := [(name, fact) for name, fact in facts.items() if fact]:
        write_line()
        for name, fact in told:
            write_line(f"{name:<9}  {fact}")
    if stage.options:
        write_line()
        print_table(
            ("option", "type", "range", "default", "help"), [o.cells() for o in stage.options]
        )
    write_line()
    for line in lines_of(stage.example):
        write_line(line)


@command.command()
@click.option(
    "--write", "target", metavar="PAGE",
    type=click.Path(exists=True, dir_okay=False, writable=True, path_type=Path),
    help="Put it into a page, between its markers.",
)  # fmt: skip
@click.pass_obj
def page(app: App, target: Path | None) -> None:
    """All stages as a page in Markdown, as in the documentation."""
    from playground.explain.page import STAGES, page_of

    text = page_of(app.session().plugins)
    if target is None:
        write(text)
        return
    STAGES.write_into(target, text)
    notice(f"wrote {target}")
