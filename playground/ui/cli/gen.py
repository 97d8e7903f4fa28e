"""`playground gen`: continue a text, token by token, and tell everything else on stderr."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from playground.ui.cli import (
    complete,
    gen_history,
    gen_request,
    gen_text,
    gen_views,
    history,
    interrupt,
)
from playground.ui.cli.common import App, json_option, model_options, template_options
from playground.ui.cli.console import error

if TYPE_CHECKING:
    from playground.api import GenerationRequest
    from playground.session.service import EventStream

FIT_CHOICES = ("tail", "head", "middle")
LARGEST_SEED = 2**63 - 1


def _finite(
    context: click.Context, parameter: click.Parameter, value: float | None
) -> float | None:
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"it must be a finite number, not {value}", param=parameter)
    return value


def _stops(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    if "" in values:
        raise click.BadParameter("an empty text would stop before the first token", param=parameter)
    return values


@click.command("gen")
@click.argument("text", required=False)
@model_options
@template_options
@click.option(
    "-s",
    "--strategy",
    metavar="CHAIN",
    shell_complete=complete.stages,
    help='A strategy, or a whole chain: "top_k(40) | sample" (playground strategies list).',
)
@click.option("--temperature", type=float, help="Set this stage of the chain; 0 is greedy.")
@click.option("--top-k", type=int, metavar="K", help="Set this stage of the chain.")
@click.option("--top-p", type=float, metavar="P", help="Set this stage of the chain.")
@click.option("-n", "n", type=click.IntRange(1, 256), default=1, help="Sequences, in one batch.")
@click.option("--max-tokens", type=click.IntRange(min=0), help="Most tokens to add.")
@click.option(
    "--max-seconds",
    type=click.FloatRange(min=0, min_open=True),
    callback=_finite,
    help="Stop after so many seconds.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, LARGEST_SEED),
    metavar="N",
    help="The same seed, the same text; drawn and told where not given.",
)
@click.option(
    "--stop",
    multiple=True,
    metavar="TEXT",
    callback=_stops,
    help="End before this text; repeat for more. A newline is $'\\n' in most shells.",
)
@click.option(
    "--fit",
    type=click.Choice(FIT_CHOICES),
    help="What to keep of a prompt that is longer than the context: its end, its beginning, both.",
)
@click.option("--probs", is_flag=True, help="Show how likely the model found each token.")
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
    return view.exit_code
