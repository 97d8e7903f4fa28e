"""`playground why`: what every stage of a chain made of the distribution at one token of a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from playground.ui.cli import gen_request, interrupt
from playground.ui.cli.common import (
    App,
    json_option,
    model_options,
    notice,
    print_json,
    print_table,
    template_options,
    write_line,
)
from playground.ui.cli.decoding_options import decoding_options_but
from playground.ui.cli.token_text import quoted

if TYPE_CHECKING:
    from playground.api import GenerationRequest, Started, Token
    from playground.api.results import TokenTrace
    from playground.session.client import Session

SHOWN = 40
"""Characters of the text before the token."""


@click.command("why")
@click.argument("text", required=False)
@click.option(
    "-i",
    "--index",
    type=click.IntRange(min=0),
    required=True,
    metavar="I",
    help="Which token of what is generated, from 0.",
)
@model_options
@template_options
@decoding_options_but("n", "probs")
@json_option
@click.pass_obj
def command(app: App, /, **options: Any) -> None:
    """Why the token I of what continues TEXT was taken: how many tokens each stage of the chain left,
    what was cut there, and the rank and probability of this one.

    It is the text that `playground gen` says with the same options and seed. `-` or a pipe reads TEXT.
    """  # fmt: skip
    flags = {name: options[name] for name in ("model", "device", "dtype")}
    session = app.session(asking=True, **flags)
    request, _ = gen_request.build(session, options)
    started, said = _said(session, request, options["index"])
    trace = _trace(session, request, started, said)
    if options["as_json"]:
        print_json(_as_json(said[-1], trace))
    else:
        _print(said, trace)
        notice(f"{started.model} · {started.chain} · seed {started.seed}")


def _said(session: Session, request: GenerationRequest, index: int) -> tuple[Started, list[Token]]:
    """The tokens up to the one that is asked about; the rest is not waited for."""
    from playground.api import Finished, InvalidInput, PlaygroundError, Started, Token

    events = session.generate(request)
    said: list[Token] = []
    started = None
    try:
        for event in events:
            interrupt.check()
            if isinstance(event, Started):
                started = event
                for line in event.notices:
                    notice(line)
            elif isinstance(event, Token):
                said.append(event)
                if started and event.index == index:
                    return started, said
            elif isinstance(event, Finished) and event.error is not None:
                error = PlaygroundError(event.error, event.hint or "")
                error.exit_code = event.exit_code
                raise error
    finally:
        events.cancel()
    raise InvalidInput(
        f"what is generated has {len(said)} tokens, none is {index}",
        "tokens are counted from 0; --max-tokens allows more",
    )


def _trace(
    session: Session, request: GenerationRequest, started: Started, said: list[Token]
) -> TokenTrace:
    from playground.session.tracing import question_of

    ids = tuple(token.id for token in said)
    return session.trace(question_of(request, started.seed, ids[:-1], ids[-1]))


def _as_json(token: Token, trace: TokenTrace) -> dict[str, Any]:
    return {
        "token": {"index": token.index, "id": token.id, "text": token.text},
        "stages": trace.stages,
        "greedy": trace.greedy,
        "alternatives": trace.alternatives,
    }


def _print(said: list[Token], trace: TokenTrace) -> None:
    from playground.api.outputs import Table
    from playground.session.funnel import funnel
    from playground.session.safe_text import one_line

    token = said[-1]
    before = "".join(each.text for each in said[:-1])[-SHOWN:]
    after = f" after {quoted(one_line(before))}" if before else ""
    write_line(f"token {token.index} is {quoted(one_line(token.text))} (id {token.id}){after}")
    for output in funnel(trace, token):
        if isinstance(output, Table):
            print_table(output.headers, output.rows, right=output.right)
        else:
            write_line(output.text)
