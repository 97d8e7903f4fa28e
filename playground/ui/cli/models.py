"""`playground models`: what models there are, what each of them is, and how to get one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from playground.session.safe_text import one_line
from playground.session.sizes import bytes_text
from playground.ui.cli import complete
from playground.ui.cli.common import App, json_option, notice, print_json, print_table, write_line
from playground.ui.cli.model_drift import TEXT, print_drifts
from playground.ui.cli.model_views import card_json, print_card

if TYPE_CHECKING:
    from playground.engine.catalog import Catalog, Entry
    from playground.session.pull import Plan

NAME = click.argument("name", shell_complete=complete.models)


@click.group("models")
def command() -> None:
    """List, show and download models."""


@command.command("list")
@json_option
@click.pass_obj
def list_models(app: App, as_json: bool) -> None:
    """List the models that -m takes: bundled, in your folders, and of the hub, downloaded or not."""
    catalog = app.session().catalog
    entries = [(entry, catalog.problem(entry)) for entry in catalog.entries()]
    if as_json:
        print_json([_entry_json(entry, problem) for entry, problem in entries])
        return
    rows = [(e.name, e.kind, problem or "ready", e.summary or e.folder) for e, problem in entries]
    print_table(("name", "kind", "state", "what"), rows)


@command.command("show")
@NAME
@click.option(
    "--compare-dtypes",
    is_flag=True,
    help="Load it in every number type and tell how far each drifts from float32.",
)
@json_option
@click.pass_obj
def show(app: App, name: str, compare_dtypes: bool, as_json: bool) -> None:
    """Show a model's architecture, parameters and size in memory, from its files' headers."""
    session = app.session()
    located = session.catalog.resolve(name)
    card = located.backend.card(located.folder)
    found = session.compare_dtypes(name, TEXT) if compare_dtypes else None
    if as_json:
        drift = {"drift_tokens": found.tokens, "drift": found.drifts} if found else {}
        print_json({**card_json(located, card), **drift})
        return
    print_card(located, card)
    if found:
        write_line()
        print_drifts(found)


@command.command("pull")
@NAME
@json_option
@click.pass_obj
def pull(app: App, name: str, as_json: bool) -> None:
    """Download a model of the hub: NAME is one of the list, or ORGANISATION/MODEL.

    Only what it needs, no pickles. What an interruption leaves is continued, not begun again.
    """
    from playground.session import pull as hub

    session = app.session()
    repository = session.catalog.repository(name)
    plan = hub.plan(repository, session.catalog.cache, offline=session.settings.offline)
    notice(_announcement(plan))
    folder = _fetch(plan)
    if as_json:
        print_json({"name": name, **_plan_json(plan), "folder": str(folder)})
    else:
        write_line(str(folder))


@command.command("path")
@json_option
@click.pass_obj
def path(app: App, as_json: bool) -> None:
    """Print where models are looked for, the nearest first."""
    session = app.session()
    places = _places(session.catalog)
    if as_json:
        print_json([{"kind": kind, "folder": folder} for kind, folder in places])
        return
    print_table(("kind", "folder"), places)


def _fetch(plan: Plan) -> Any:
    import sys

    from playground.session import pull as hub

    bar = click.progressbar(
        length=plan.bytes_total, label=one_line(plan.repository), file=sys.stderr, show_eta=True
    )
    try:
        with bar:
            bar.update(plan.bytes_here)
            return hub.fetch(plan, bar.update)
    except KeyboardInterrupt:
        notice(f"stopped; playground models pull {plan.repository} continues where this stopped")
        raise


def _announcement(plan: Plan) -> str:
    here = plan.bytes_here
    kept = f", {bytes_text(here)} of it here already" if here else ""
    return f"{plan.repository}: {len(plan.files)} files, {bytes_text(plan.bytes_total)}{kept}"


def _plan_json(plan: Plan) -> dict[str, Any]:
    return {
        "repository": plan.repository,
        "commit": plan.commit,
        "bytes": plan.bytes_total,
        "files": [file.name for file in plan.files],
    }


def _entry_json(entry: Entry, problem: str) -> dict[str, Any]:
    return {
        "name": entry.name,
        "kind": entry.kind,
        "ready": not problem,
        "problem": problem or None,
        "summary": entry.summary,
        "folder": str(entry.folder) if entry.folder else None,
        "repository": entry.repository,
    }


def _places(catalog: Catalog) -> list[tuple[str, str]]:
    bundled = {str(source.folder) for source in catalog.sources.values() if source.folder}
    return [
        *(("folder", str(folder)) for folder in catalog.folders),
        *(("bundled", folder) for folder in sorted(bundled)),
        ("hub", str(catalog.cache)),
    ]
