"""`playground worker`: the session process that holds the models, for who wants to see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from playground.session.sizes import bytes_text
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
    from playground.api.results import LoadedModel
    from playground.session.workers import Worker


@click.group("worker")
def command() -> None:
    """Start, stop and look at the session process.

    It holds the models, is shared by all front ends, and is started by the first that needs it.
    """


@command.command("start")
@click.pass_obj
def start(app: App) -> None:
    """Start the session process, where it does not run yet."""
    from playground.session import workers

    write_line(_line(workers.start(app.settings())))


@command.command("stop")
def stop() -> None:
    """End every session process of yours, retired ones too; what they generate is cancelled."""
    from playground.session import workers

    count = workers.stop_all()
    write_line(f"{count} stopped" if count else "no session process runs")


@command.command("status")
@json_option
@click.pass_obj
def status(app: App, as_json: bool) -> None:
    """How the session process fares and what it has loaded; then others that run.

    Others run with other settings, or are retired: another version has their place, and they end with
    their last request.
    """
    from playground.session import workers

    found = [(worker, workers.models(worker)) for worker in workers.all_of(app.settings())]
    if as_json:
        print_json([_as_json(*each) for each in found])
        return
    for worker, loaded in found:
        write_line(_line(worker))
        if loaded:
            _print_models(loaded)


@command.command("logs")
@click.pass_obj
def logs(app: App) -> None:
    """Print the log of the session process."""
    from playground.session import workers

    file = workers.own(app.settings()).address.log
    try:
        write(file.read_text(encoding="utf-8", errors="replace"))
    except FileNotFoundError:
        notice(f"there is no log yet: {file}")


def _line(worker: Worker) -> str:
    if worker.retired:
        return f"a retired session process {worker.retired} ends with its last request"
    name = "the session process" if worker.own else "another session process"
    if not worker.running:
        return f"{name} does not run; a command that needs it starts it"
    status = worker.status
    if status is None:
        return f"{name} at {worker.address.socket} does not answer (playground worker stop ends it)"
    doing = (
        f"answers {status.running} requests, {status.waiting} wait"
        if status.running
        else f"idle for {_time(status.idle_seconds)} of {status.idle_minutes:g} min"
    )
    return f"{name} {status.pid} (version {status.version}) at {worker.address.socket}: {doing}"


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds / 60:.1f} min"


def _print_models(loaded: list[LoadedModel]) -> None:
    columns = ("model", "device", "type", "weights", "known prefixes", "requests")
    rows = [
        (m.name, m.device, m.dtype, bytes_text(m.bytes), bytes_text(m.cache_bytes), m.requests)
        for m in loaded
    ]
    print_table(columns, rows, right=columns[3:])


def _as_json(worker: Worker, loaded: list[LoadedModel]) -> dict[str, Any]:
    """One object, the same fields whether it runs or not."""
    status = worker.status
    return {
        "own": worker.own,
        "running": worker.running,
        "answers": status is not None,
        "retired": bool(worker.retired),
        "pid": status.pid if status else worker.retired or None,
        "version": status.version if status else None,
        "socket": str(worker.address.socket),
        "log": str(worker.address.log),
        "uptime_seconds": status.uptime_seconds if status else None,
        "requests": status.running if status else 0,
        "waiting": status.waiting if status else 0,
        "idle_seconds": status.idle_seconds if status else None,
        "idle_minutes": status.idle_minutes if status else None,
        "step_seconds": status.step_seconds if status else None,
        "models": loaded,
    }
