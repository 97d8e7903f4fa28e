"""`playground compare`: one text continued by several chains and models at once, and where they part ways."""

from __future__ import annotations

import math
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from playground.ui.cli import complete, gen_request, outcome
from playground.ui.cli.common import (
    App,
    error,
    json_option,
    notice,
    param_options,
    print_json,
    print_table,
    write_line,
)
from playground.ui.cli.console import is_terminal
from playground.ui.cli.decoding_options import STAGE_FLAGS, decoding_options_but

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playground.api import Alternative, Token
    from playground.api.memory import MemoryReport
    from playground.api.outputs import Output
    from playground.session.comparing import Asked
    from playground.session.comparison import Divergence, Run, SideBySide
    from playground.session.workbench import Workbench

HEADERS = (
    "run", "tokens", "tokens/s", "perplexity", "distinct-1", "distinct-2", "repetition", "mean rank",
    "text",
)  # fmt: skip


@click.command("compare")
@click.argument("text", required=False)
@click.option(
    "-s",
    "--strategy",
    "chains",
    metavar="CHAIN",
    multiple=True,
    shell_complete=complete.stages,
    help="A strategy, or a whole chain, as for gen; repeat for more.",
)
@click.option(
    "-m",
    "--model",
    "models",
    metavar="NAME",
    multiple=True,
    shell_complete=complete.models,
    help="A model's name or folder; repeat for more.",
)
@click.option("--device", metavar="DEVICE", help="As for gen.")
@click.option("--dtype", metavar="TYPE", help="As for gen.")
@click.option(
    "-t",
    "--template",
    "templates",
    metavar="NAME",
    multiple=True,
    shell_complete=complete.templates,
    help="A template's name or file, which TEXT fills; repeat for more.",
)
@param_options
@click.option("-n", "n", type=click.IntRange(1, 64), default=1, help="Texts of each.")
@decoding_options_but("strategy", *STAGE_FLAGS, "n", "probs")
@click.option(
    "--against", "against", metavar="DATA", multiple=True,
    help="Also what of each text stands in this data; options as words: column=NAME. Repeat for more.",
)  # fmt: skip
@json_option
@click.option("--no-history", is_flag=True, help="Do not keep what is generated.")
@click.pass_obj
def command(app: App, /, **options: Any) -> int:
    """Continue TEXT with every chain, model and template at once, side by side.

    All runs advance in one batch and draw with the same noise, so where two part ways, the chain or the
    model did it: that place is shown, and what each chose from there. Of several templates each takes the -p
    that it has a variable for, and what it makes of TEXT is a text of its own. `-` or a pipe reads TEXT.
    What is generated is kept, as continuations of their text.
    """  # fmt: skip
    from playground.session.comparing import remembered
    from playground.session.remembering import against_of, of_runs

    data = against_of(options["against"]) if options["against"] else None
    bench, asked = _prepared(app, options)
    shown = is_terminal(sys.stdout) and not options["as_json"]
    side = _run(bench, asked, shown=shown)
    cue = bench.text.rpartition("\n")[2]
    memory = of_runs(bench.plugins, side, data, cue, notice) if data else []
    if options["as_json"]:
        print_json(as_json(side, memory))
    elif not is_terminal(sys.stdout):
        _print(side)
    if memory and not options["as_json"]:
        table = remembered(side, memory)
        print_table(table.headers, table.rows, right=table.right)
    notice(f"seed {asked[0].request.seed}")
    return _ended(side)


def _prepared(app: App, options: dict[str, Any]) -> tuple[Workbench, list[Asked]]:
    """A workbench with the prompt as its text, and the requests."""
    from msgspec.structs import replace

    from playground.session.comparing import requests_of
    from playground.session.ways import combined
    from playground.session.workbench import Workbench

    chains, models = options["chains"], options["models"]
    session = app.session(
        asking=True,
        model=models[0] if models else None,
        device=options["device"],
        dtype=options["dtype"],
        history=False if options["no_history"] else None,
    )
    bench = Workbench(session.settings)
    bench.session = session
    templates = options["templates"]
    several = len(templates) > 1
    if several:
        options = _for_several(bench, options)
    name = None if several or not templates else templates[0]
    base, prompt = gen_request.build(session, options | {"template": name})
    base = replace(base, alternatives=gen_request.EVENT_ALTERNATIVES)
    ways = combined(models=models, chains=chains, templates=templates if several else ())
    asked = requests_of(bench, base, ways)
    bench.add(prompt.text)
    if name is None:
        return bench, asked
    bench.choose(template=name, variables=options["params"])
    return bench, [replace(each, prompt=prompt) for each in asked]


def _for_several(bench: Workbench, options: dict[str, Any]) -> dict[str, Any]:
    """The options of the text that several templates are filled with; what is theirs is chosen."""
    params, text = options["params"], options["text"]
    if options["shots"] is not None:
        raise click.UsageError("--shots goes with one template")
    found = [bench.session.prompts.get(name) for name in options["templates"]]
    for name in params:
        if not any(name in template.accepts for template in found):
            raise click.UsageError(f"no template that is compared has a variable {name!r}")
    bench.choose(
        variables=dict(params), max_tokens=options["max_tokens"], stop=tuple(options["stop"])
    )
    nothing = text is None and is_terminal(sys.stdin)
    return options | {"text": "" if nothing else text, "params": {}}


def _run(bench: Workbench, asked: list[Asked], *, shown: bool) -> SideBySide:
    """Run them; `shown`: as they grow, on a terminal. On ctrl-c what was said stays."""
    from playground.session import comparing
    from playground.ui.repl.screen import Plain, Screen
    from playground.ui.repl.signals import Signals

    tricks = os.environ.get("TERM", "dumb") not in ("", "dumb")
    screen = Screen() if tricks else Plain()

    def show(output: Output) -> None:
        if shown:
            screen.show(output)

    with Signals(bench.stop).installed():
        try:
            outputs = comparing.compare(bench, asked)
            while True:
                try:
                    show(next(outputs))
                except StopIteration as ended:
                    side: SideBySide = ended.value
                    break
        finally:
            bench.close()
    for output in comparing.outcome(side):
        show(output)
    return side


def _print(side: SideBySide) -> None:
    """As tables: where there is no terminal to draw columns on."""
    from playground.api.outputs import Table
    from playground.session.comparing import notices, parted

    for line in notices(side):
        notice(line)
    print_table(HEADERS, map(_row, side.runs), right=HEADERS[1:-1])
    for output in parted(side.divergence()):
        if isinstance(output, Table):
            print_table(output.headers, output.rows, right=output.right)
        else:
            write_line(output.text)


def _row(run: Run) -> tuple[Any, ...]:
    found = run.figures
    shown = (
        found.tokens_per_second, found.perplexity, found.distinct_1, found.distinct_2,
        found.repetition, found.mean_rank,
    )  # fmt: skip
    numbers = (None if value is None else f"{value:.4g}" for value in shown)
    return (run.name, found.tokens, *numbers, run.text)


def _ended(side: SideBySide) -> int:
    """The exit code; what failed is told."""
    code = outcome.OK
    for run in side.runs:
        end = run.finished
        if end is not None and end.error is not None:
            error(f"{run.name}: {end.error}", end.hint or "")
            code = code or end.exit_code
    cancelled = any(run.finished is None or run.finished.reason == "cancelled" for run in side.runs)
    return code or (outcome.CANCELLED if cancelled else outcome.OK)


def as_json(side: SideBySide, memory: Sequence[MemoryReport | None] = ()) -> dict[str, Any]:
    """The runs with their figures, and where they part ways."""
    import msgspec

    divergence = side.divergence()
    return {
        "runs": [_run_as_json(run) for run in side.runs],
        "divergence": None if divergence is None else _divergence_as_json(divergence),
        "memory": [msgspec.to_builtins(report) for report in memory],
    }


def _run_as_json(run: Run) -> dict[str, Any]:
    import msgspec

    return {
        "name": run.name,
        "prompt": run.request.prompt,
        "text": run.text,
        **msgspec.structs.asdict(run.figures),
        "model": run.request.model,
        "chain": run.request.chain,
        "seed": run.request.seed,
        "sequence": run.sequence,
        "reason": run.finished.reason if run.finished else "cancelled",
        "error": run.finished.error if run.finished else None,
    }


def _divergence_as_json(divergence: Divergence) -> dict[str, Any]:
    return {
        "index": divergence.index,
        "sequence": divergence.sequence,
        "runs": [
            {
                "name": run.name,
                "token": _chance(token),
                "top": [_chance(each) for each in token.alternatives],
                "raw_top": [_chance(each) for each in token.raw_alternatives],
            }
            for run, token in divergence.tokens
        ],
    }


def _chance(token: Token | Alternative) -> dict[str, Any]:
    return {"id": token.id, "text": token.text, "probability": math.exp(token.logprob)}
