"""The line at the bottom: what the next request is made with, and how the last one went."""

from __future__ import annotations

from playground.session.layout import display_width
from playground.session.safe_text import one_line
from playground.session.workbench import UNKNOWN, Workbench

SEPARATOR = " · "


def parts(bench: Workbench) -> list[str]:
    """What there is to tell, the most important first."""
    choices = bench.choices
    started = (
        bench.last.started if bench.last and bench.last.started.model == choices.model else None
    )
    node = bench.node
    number = bench.number(bench.tree.cursor)
    return [
        choices.model,
        bench.chain_or_nothing,
        f"node {number}{f' {node.name}' if node and node.name else ''}",
        f"seed {'random' if choices.seed is None else choices.seed}",
        tokens(bench),
        rate(bench),
        started.device if started else choices.device,
        started.dtype if started else choices.dtype,
        *([f"template {choices.template}"] if choices.template else []),
        *([f"n {choices.n}"] if choices.n > 1 else []),
        *(["recording"] if bench.recording else []),
        *([] if bench.keeper.saved else ["not saved"]),
    ]


def tokens(bench: Workbench) -> str:
    """Tokens of the text here as its model counted them, and how many it can hold."""
    spoken = bench.spoken.get(bench.tree.cursor or "")
    if spoken is None:
        return f"{len(bench.text):,} characters" if bench.tree.cursor else ""
    limit = "∞" if bench.context_length is None else f"{bench.context_length:,}"
    known = f"/{limit}" if bench.context_length != UNKNOWN else ""
    count = spoken.started.prompt_tokens + len(spoken.before) + len(spoken.tokens)
    return f"{count:,}{known} tokens"


def rate(bench: Workbench) -> str:
    """How fast the last request was; nothing before there was one."""
    end = bench.last.finished if bench.last else None
    return f"{end.tokens / end.seconds:,.0f}/s" if end and end.tokens and end.seconds else ""


def line(bench: Workbench, width: int) -> str:
    """As much of it as fits into `width` columns."""
    shown = ""
    for part in filter(None, parts(bench)):
        longer = f"{shown}{SEPARATOR}{one_line(part)}" if shown else one_line(part)
        # What is too long for the rest of the line leaves room for what comes after it.
        if display_width(longer) <= width:
            shown = longer
    return shown
