"""`playground doctor`: what this installation is made of, and what is broken in it."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import click

from playground.ui.cli import outcome
from playground.ui.cli.common import App, json_option, print_json, write, write_line
from playground.ui.cli.console import GREEN, RED, YELLOW

if TYPE_CHECKING:
    from playground.session.client import Session

LIBRARIES = (
    "torch", "transformers", "tokenizers", "safetensors", "huggingface_hub", "numpy", "msgspec",
    "pluggy", "click",
)  # fmt: skip
State = Literal["ok", "note", "broken"]
COLOURS: dict[State, str] = {"ok": GREEN, "note": YELLOW, "broken": RED}


class Finding(NamedTuple):
    """One line of the report."""

    area: str
    state: State
    what: str


@click.command("doctor")
@json_option
@click.pass_obj
def command(app: App, as_json: bool) -> int:
    """Check versions, device, folders, plugins, models and templates; exit 1 if something is broken."""
    session = app.session(announce=False)
    findings = [finding for check in CHECKS for finding in check(session)]
    if as_json:
        print_json([finding._asdict() for finding in findings])
    else:
        _print(findings)
    broken = any(finding.state == "broken" for finding in findings)
    return outcome.FAILURE if broken else outcome.OK


def _print(findings: list[Finding]) -> None:
    width = max(len(finding.area) for finding in findings)
    for finding in findings:
        write(f"{finding.state:<6}  ", style=COLOURS[finding.state])
        write_line(f"{finding.area:<{width}}  {finding.what}")


def versions(session: Session) -> Iterator[Finding]:
    yield Finding("python", "ok", f"{platform.python_version()} at {sys.executable}")
    yield Finding("machine", "ok", f"{platform.platform()}, {_cores()} cores")
    for name in ("textgen-playground", *LIBRARIES):
        try:
            yield Finding("version", "ok", f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            yield Finding("version", "broken", f"{name} is not installed: pip install {name}")


def _cores() -> int:
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1


def device(session: Session) -> Iterator[Finding]:
    """Imports torch, which a broken installation may make fail in any way."""
    try:
        import torch
    except Exception as error:
        yield Finding("device", "broken", f"torch cannot be imported: {error}")
        return
    yield Finding("device", "ok", f"cpu, {torch.get_num_threads()} threads")
    for index in range(torch.cuda.device_count()):
        yield Finding("device", "ok", f"cuda:{index} {torch.cuda.get_device_name(index)}")
    if torch.backends.mps.is_available():
        yield Finding("device", "ok", "mps")


def settings(session: Session) -> Iterator[Finding]:
    from playground.config import config_file

    file = config_file()
    found = "read" if file.exists() else "absent, which is fine"
    yield Finding("settings", "ok", f"{file} ({found})")
    chosen = session.settings
    yield Finding("settings", "ok", f"model {chosen.model}, chain {chosen.chain}")
    network = "never used" if chosen.offline else "used by `models pull` only"
    yield Finding("network", "ok", network)


def folders(session: Session) -> Iterator[Finding]:
    from playground import paths

    chosen = session.settings
    named: list[tuple[str, Path]] = [
        ("cache", paths.cache_folder()),
        ("data", paths.data_folder()),
        *(("models", folder) for folder in chosen.model_folders),
        *(("plugins", folder) for folder in chosen.plugin_folders),
        *(("prompts", folder) for folder in (*chosen.prompt_folders, paths.shipped_prompts())),
    ]
    for what, folder in named:
        yield _folder(what, folder)


def _folder(what: str, folder: Path) -> Finding:
    if not folder.exists():
        return Finding("folder", "ok", f"{what}: {folder} (not made yet)")
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.X_OK):
        return Finding("folder", "broken", f"{what}: {folder} is not a folder that can be read")
    return Finding("folder", "ok", f"{what}: {folder}")


def plugins(session: Session) -> Iterator[Finding]:
    for plugin in session.plugins.loaded:
        yield Finding("plugin", "ok", f"{plugin.name} ({plugin.source})")
    for quarantined in session.plugins.quarantined:
        yield Finding("plugin", "broken", str(quarantined))


def models(session: Session) -> Iterator[Finding]:
    """The default model must be here; others that are not downloaded are nobody's fault."""
    catalog = session.catalog
    usable = []
    for entry in catalog.entries():
        problem = catalog.problem(entry)
        if not problem:
            usable.append(entry.name)
        elif entry.folder is not None:
            yield Finding("model", "broken", f"{entry.name}: {problem}")
    yield Finding("model", "ok", f"ready: {', '.join(usable) or 'none'}")
    yield from _tried("model", lambda: catalog.resolve(session.settings.model))


def templates(session: Session) -> Iterator[Finding]:
    entries = session.prompts.entries()
    for entry in entries.values():
        yield from _tried("template", entry.load)
    yield Finding("template", "ok", f"{len(entries)} templates")


def chain(session: Session) -> Iterator[Finding]:
    from playground.chain_syntax import parse

    stages = {*session.plugins.strategies, *session.plugins.processors}
    for stage in parse(session.settings.chain):
        if stage.name not in stages:
            yield Finding(
                "chain", "broken", f"the default chain names {stage.name!r}: no such stage"
            )


def _tried(area: str, attempt: Callable[[], Any]) -> Iterator[Finding]:
    """A finding only where the attempt fails."""
    from playground.api import PlaygroundError

    try:
        attempt()
    except PlaygroundError as error:
        yield Finding(
            area, "broken", f"{error.message} ({error.hint})" if error.hint else error.message
        )


def session_process(session: Session) -> Iterator[Finding]:
    """None need run; but one that runs must answer, and where it could not run it is told why."""
    from playground.api import PlaygroundError
    from playground.session import workers

    if not session.settings.worker:
        yield Finding("worker", "note", "not used: each command loads its own model")
        return
    try:
        found = workers.own(session.settings)
    except PlaygroundError as error:
        yield Finding("worker", "broken", error.message)
        return
    if not found.running:
        yield Finding("worker", "ok", f"does not run now; its socket is {found.address.socket}")
    elif found.status is None:
        yield Finding("worker", "broken", f"does not answer at {found.address.socket}")
    else:
        yield Finding("worker", "ok", f"process {found.status.pid} at {found.address.socket}")


CHECKS = (
    versions, device, settings, folders, session_process, plugins, chain, models, templates,
)  # fmt: skip
