"""`playground gen`: continue a text, token by token, and tell everything else on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from playground.ui.cli import gen_history, gen_request, gen_text, gen_views, history, interrupt
from playground.ui.cli.common import App, json_option, model_options, template_options
from playground.ui.cli.console import error, warn
from playground.ui.cli.decoding_options import decoding_options

if TYPE_CHECKING:
    from playground.api import GenerationRequest
    from playground.session.service import EventStream


@click.command("gen")
@click.argument("text", required=False)
@model_options
@template_options
@decoding_options
@json_option
@click.option("--jsonl", is_flag=True, help="Print every event as a line of JSON.")
@click.option(
    "--alternatives",
    type=click.IntRange(0, 100),
    metavar="K",
    help="With --jsonl: tokens that could have been said instead, at each step (5).",
)
@click.option(
    "--session",
    metavar="NAME",
    shell_complete=history.sessions,
    help="Go on with a session's text (its name, its id or `last`) instead of beginning a new one.",
)
@click.option("--no-history", is_flag=True, help="Do not keep what is generated.")
@click.pass_obj
def command(app: App, /, **options: Any) -> int:
    """Continue TEXT; `-` reads it from stdin, and so does a pipe without TEXT.

    With -t, TEXT or what is piped in is the template's {{input}}. Only the text that is generated
    goes to stdout; on a terminal the prompt is repeated, dimmed. What is generated is kept: see
    playground sessions. With --session, TEXT is added to the session's text, or nothing is.
    """
    _check_output(options)
    flags = {name: options[name] for name in ("model", "device", "dtype")}
    unkept = False if options["no_history"] else None
    session = app.session(asking=True, **flags, history=unkept)
    with gen_history.place(session.settings, options["session"]) as place:
        request, prompt = gen_request.build(session, options, before=place.text if place else "")
        events = session.generate(request)
        with gen_history.recorded(events, place, request, prompt) as kept:
            return _run(kept, _view(options, request))


def _check_output(options: dict[str, Any]) -> None:
    forms = [name for name in ("jsonl", "as_json", "probs") if options[name]]
    if len(forms) > 1:
        raise click.UsageError("--json, --jsonl and --probs exclude each other")
    if options["alternatives"] is not None and not options["jsonl"]:
        raise click.UsageError("--alternatives is for the events of --jsonl")


def _view(options: dict[str, Any], request: GenerationRequest) -> gen_views.View:
    """The view that the options ask for."""
    if options["jsonl"]:
        return gen_views.JsonLines()
    if options["as_json"]:
        return gen_views.JsonList()
    return (gen_text.Probabilities if options["probs"] else gen_text.Text)(request)


def _run(events: EventStream, view: gen_views.View) -> int:
    """Show the events as they come. On ctrl-c: what was said stays, and its end is told."""
    try:
        for event in events:
            view.show(event)
            interrupt.check()
    except KeyboardInterrupt:
        events.cancel()
        for event in events:
            view.show(event)
        view.close()
        raise
    except BaseException:
        events.cancel()
        raise
    view.close()
    for message, hint in view.errors:
        error(message, hint)
    if view.cancelled:
        warn("the session process was stopped, so the text is not whole")
    return view.exit_code
