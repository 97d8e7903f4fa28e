"""`playground bench`: what to measure and where to put the report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from playground.ui.cli.common import json_option, notice, print_json, print_table, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playground.bench.plan import Benchmark
    from playground.bench.report import Outcome, Report

QUICK_ROUNDS = 2


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
    "--write", "page", metavar="PAGE",
    type=click.Path(exists=True, dir_okay=False, writable=True, path_type=Path),
    help="Put the table into a page, between its markers.",
)  # fmt: skip
@json_option
def command(
    names: tuple[str, ...],
    listed: bool,
    quick: bool,
    rounds: int | None,
    peers: bool,
    threads: int | None,
    page: Path | None,
    as_json: bool,
) -> None:
    """Measure speed beside other engines, asked in turn in one run.

    NAME is a benchmark or a family of them; without one, everything is measured, which takes some minutes.
    Nothing is downloaded: the models are made at random and kept in the cache folder.
    """
    from playground.bench.report import TABLE, to_markdown
    from playground.bench.suite import select

    benchmarks = select(names)
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


def _print_list(benchmarks: Sequence[Benchmark]) -> None:
    from playground.bench.report import target_text

    rows = [(b.name, b.title, target_text(b.target, b.unit)) for b in benchmarks]
    print_table(("name", "measures", "target"), rows)


def _measure(
    benchmarks: Sequence[Benchmark], rounds: int | None, peers: bool, threads: int | None
) -> Report:
    from playground.bench import machine
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
    )


def _tell(outcome: Outcome) -> None:
    from playground.bench.report import ratio_text, verdict

    said = outcome.error or "  ".join(filter(None, (ratio_text(outcome), verdict(outcome))))
    notice(f"{outcome.title}: {said}")
