"""`playground bench`: what to measure and where to put the report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from playground.ui.cli import complete
from playground.ui.cli.common import App, json_option, notice, print_json, print_table, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playground.bench.plan import Benchmark
    from playground.bench.report import Outcome, Report

QUICK_ROUNDS = 2


def _numbers(_: click.Context, __: click.Parameter, text: str | None) -> tuple[int, ...]:
    """`1,8` as (1, 8)."""
    words = text.split(",") if text else []
    if not all(word.strip().isdecimal() and int(word) > 0 for word in words):
        raise click.BadParameter(f"{text!r} is no list of numbers from 1 on, such as 1,8")
    return tuple(dict.fromkeys(int(word) for word in words))


@click.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--list", "listed", is_flag=True, help="Show what there is to measure, and the targets."
)
@click.option("--quick", is_flag=True, help=f"{QUICK_ROUNDS} rounds of each: rougher.")
@click.option("--rounds", type=click.IntRange(min=1), metavar="N", help="N rounds of each.")
@click.option("--peers", is_flag=True, help="Ask CTranslate2 and llama.cpp too, where installed.")
@click.option(
    "--threads", type=click.IntRange(min=1), metavar="N", help="Threads for every engine."
)
@click.option(
    "-m", "--model", "models", metavar="NAME", multiple=True, shell_complete=complete.models,
    help="For the family models: a model's name or folder; repeat to compare.",
)  # fmt: skip
@click.option(
    "--batch", "batches", metavar="N,…", callback=_numbers,
    help="For the family models: how many texts at once, such as 1,8.",
)  # fmt: skip
@click.option(
    "--data", "data", metavar="FILE", multiple=True,
    type=click.Path(exists=True, dir_okay=False, resolve_path=True),
    help="For the family memcheck: text that the indexed one is made of; repeat for more.",
)  # fmt: skip
@click.option(
    "--write", "page", metavar="PAGE",
    type=click.Path(exists=True, dir_okay=False, writable=True, path_type=Path),
    help="Put the table into a page, between its markers.",
)  # fmt: skip
@json_option
@click.pass_obj
def command(
    app: App,
    names: tuple[str, ...],
    listed: bool,
    quick: bool,
    rounds: int | None,
    peers: bool,
    threads: int | None,
    models: tuple[str, ...],
    batches: tuple[int, ...],
    data: tuple[str, ...],
    page: Path | None,
    as_json: bool,
) -> None:
    """Measure speed beside other engines, asked in turn in one run.

    NAME is a benchmark or a family of them; without one, everything is measured, which takes some minutes.
    Nothing is downloaded: the models are made at random and kept in the cache folder.

    `playground bench models` asks which is faster, GPT-2 or BERT, or the models that -m names: with their
    real weights where they are here. `playground bench memcheck` indexes 50 MB of text.
    """
    from playground.bench.report import TABLE, to_markdown

    benchmarks = _selected(app, names, models, batches, data)
    if listed:
        _print_list(benchmarks)
        return
    if page:
        TABLE.around(page)
    report = _measure(benchmarks, rounds or (QUICK_ROUNDS if quick else None), peers, threads)
    if as_json:
        print_json(report)
    else:
        write(to_markdown(report))
    if page:
        TABLE.write_into(page, to_markdown(report))
        notice(f"wrote {page}")
    if any(outcome.error for outcome in report.outcomes):
        raise click.exceptions.Exit(1)


def _selected(
    app: App,
    names: Sequence[str],
    models: Sequence[str],
    batches: Sequence[int],
    data: Sequence[str],
) -> list[Benchmark]:
    """What is to be measured; where only options of a family are given, that family."""
    from playground.api.errors import InvalidInput
    from playground.bench import memcheck
    from playground.bench import models as measured
    from playground.bench.suite import select

    families: dict[str, Sequence[Benchmark]] = {}
    if models or batches:
        named = measured.named(app.session().catalog, models) or measured.MODELS
        families["models"] = measured.benchmarks(named, batches or measured.BATCHES)
    if data:
        families["memcheck"] = memcheck.benchmarks(data)
    chosen = select(names or families, families)
    for family in families.keys() - {b.family for b in chosen}:
        raise InvalidInput(f"an option of the family {family} is given, which is not measured")
    return chosen


def _print_list(benchmarks: Sequence[Benchmark]) -> None:
    from playground.bench.report import target_text

    rows = [(b.name, b.title, target_text(b.target, b.unit)) for b in benchmarks]
    print_table(("name", "measures", "target"), rows)


def _measure(
    benchmarks: Sequence[Benchmark], rounds: int | None, peers: bool, threads: int | None
) -> Report:
    from playground.bench import machine
    from playground.bench.models import stand_ins
    from playground.bench.report import Report
    from playground.bench.run import Run
    from playground.bench.worker import Pool

    threads = threads or machine.cores()
    with Pool(threads) as pool:
        run = Run(pool, rounds=rounds, peers=peers)
        outcomes = run.all(benchmarks, _tell)
    return Report(
        machine=machine.describe(threads),
        bandwidth=machine.bandwidth(run.bandwidths),
        rounds=rounds,
        outcomes=tuple(outcomes),
        notes=stand_ins(benchmarks),
    )


def _tell(outcome: Outcome) -> None:
    from playground.bench.report import ratio_text, verdict

    said = outcome.error or "  ".join(filter(None, (ratio_text(outcome), verdict(outcome))))
    notice(f"{outcome.title}: {said}")
