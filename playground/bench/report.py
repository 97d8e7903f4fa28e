"""What a run found, as data: a Markdown table for people, and a page that holds the table."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from playground.bench.plan import PER_SECOND, SCALES, Target, Unit
from playground.marked_page import Marked

TABLE = Marked("<!-- bench: begin -->", "<!-- bench: end -->", "table")
HEADINGS = ("benchmark", "playground", "beside it", "ratio", "target", "")


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """An engine's seconds for one item, a value a round."""

    label: str
    seconds: tuple[float, ...]
    median: float


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one benchmark found. `ratio` is the other's time over ours: above 1, ours is faster."""

    name: str
    title: str
    unit: Unit
    ours: str
    against: str | None
    measurements: tuple[Measurement, ...]
    ratio: float | None
    target: Target | None
    met: bool | None
    """None where there is no target, or nothing was measured."""
    absent: tuple[str, ...] = ()
    """Peers that were asked for and are not there, with the reason."""
    error: str | None = None


class Bandwidth(msgspec.Struct, frozen=True):
    """Bytes read from memory, GB/s, over the rounds of a run."""

    median: float
    lowest: float
    highest: float


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """What a run ran on."""

    processor: str
    cores: int
    threads: int
    system: str
    python: str
    libraries: dict[str, str]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One run."""

    machine: Machine
    bandwidth: Bandwidth | None
    rounds: int | None
    """Rounds of every benchmark where it was said; None: each benchmark's own number."""
    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...] = ()
    """What has to be known of what was measured, a line each."""


def to_markdown(report: Report) -> str:
    """The machine, the table and, below it, what could not be measured."""
    reasons = [f"- {o.name} could not be measured: {o.error}" for o in report.outcomes if o.error]
    absent = dict.fromkeys(f"- {line}" for o in report.outcomes for line in o.absent)
    notes = [f"- {line}" for line in report.notes]
    lines = "\n".join([*reasons, *absent, *notes])
    parts = [_machine_lines(report), table(report.outcomes), lines]
    return "\n\n".join(part for part in parts if part) + "\n"


def table(outcomes: Sequence[Outcome]) -> str:
    """A Markdown table whose columns are padded, so that it reads as well in a terminal."""
    rows = [HEADINGS, *(row for outcome in outcomes for row in _rows(outcome))]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADINGS))]
    lines = [
        "| " + " | ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (w + 2) for w in widths) + "|", *lines[1:]])


def amount(seconds: float, unit: Unit) -> str:
    """Seconds for one item as they are read: `51.3 tokens/s`, `12.1 ms`."""
    return f"{_rounded(_in_unit(seconds, unit))} {unit}"


def verdict(outcome: Outcome) -> str:
    """`met`, `not met`, `failed`, or nothing where there is no target."""
    if outcome.error:
        return "failed"
    return {True: "met", False: "not met", None: ""}[outcome.met]


def ratio_text(outcome: Outcome) -> str:
    """How the two compare, in the direction in which the target is put."""
    if outcome.ratio is None:
        return ""
    if outcome.target and outcome.target.kind == "slower":
        return f"{_rounded(1 / outcome.ratio)} × its time"
    return f"{_rounded(outcome.ratio)} ×"


def target_text(target: Target | None, unit: Unit) -> str:
    """The bound as it is read."""
    if target is None:
        return ""
    if target.kind == "seconds":
        return f"at most {amount(target.bound, unit)}"
    return f"at {'least' if target.kind == 'faster' else 'most'} {target.bound:g} ×"


def _rows(outcome: Outcome) -> list[tuple[str, ...]]:
    """The comparison that the target is about, then a row for every peer."""
    medians = {m.label: m.median for m in outcome.measurements}
    shown = {m.label: _measured(m, outcome.unit) for m in outcome.measurements}
    own, other = shown.get(outcome.ours, ""), shown.get(outcome.against or "", "")
    compared = (
        outcome.title,
        own,
        other,
        ratio_text(outcome),
        target_text(outcome.target, outcome.unit),
        verdict(outcome),
    )
    peers = [label for label in medians if label not in (outcome.ours, outcome.against)]
    ratios = {label: _rounded(medians[label] / medians[outcome.ours]) for label in peers}
    return [compared, *(("", "", shown[label], f"{ratios[label]} ×", "", "") for label in peers)]


def _measured(found: Measurement, unit: Unit) -> str:
    """`12.1 ms (gpt2)`, with the range of several rounds: `12.1 ms (gpt2, 11.8 to 13.0)`."""
    spread = ""
    if len(found.seconds) > 1:
        low, high = sorted(_in_unit(s, unit) for s in (min(found.seconds), max(found.seconds)))
        spread = f", {_rounded(low)} to {_rounded(high)}"
    return f"{amount(found.median, unit)} ({found.label}{spread})"


def _machine_lines(report: Report) -> str:
    machine = report.machine
    libraries = ", ".join(f"{name} {version}" for name, version in machine.libraries.items())
    lines = [
        f"{machine.processor}, {machine.cores} cores, {machine.threads} threads; {machine.system}.",
        f"Python {machine.python}, {libraries}.",
    ]
    if seen := report.bandwidth:
        lines.append(
            f"Memory bandwidth seen in the same run: {seen.median:.1f} GB/s"
            f" ({seen.lowest:.1f} to {seen.highest:.1f})."
        )
    return "\n".join(lines)


def _in_unit(seconds: float, unit: Unit) -> float:
    return 1 / seconds if unit in PER_SECOND else seconds * SCALES[unit]


def _rounded(value: float) -> str:
    """Three significant digits, thousands separated."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
