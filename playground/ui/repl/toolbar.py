"""The line at the bottom: what the next request is made with, and how the last one went."""

from __future__ import annotations

from playground.api.events import Started
from playground.session.layout import display_width
from playground.session.safe_text import one_line
from playground.session.workbench import UNKNOWN, Workbench
from playground.ui.repl.status import Live

SEPARATOR = " · "


def parts(bench: Workbench, live: Live | None = None) -> list[str]:
    """What there is to tell, the most important first; `live`: of what is being said, what moves."""
    choices = bench.choices
    if live is not None:
        started: Started | None = live.started
        progress = [told(bench, live), f"{live.rate:,.0f}/s"]
        where, drawn = f"node {len(bench.tree) + 1}", f"seed {live.started.seed}"
    else:
        started = bench.last.started if bench.last else None
        progress = [tokens(bench), rate(bench)]
        where, drawn = node(bench), f"seed {choices.seed if choices.seed is not None else 'random'}"
    request = [bench.chain_or_nothing, where, drawn]
    known = started is not None and started.model == choices.model
    return [
        choices.model,
        *(progress + request if live else request + progress),
        started.device if started and known else choices.device,
        started.dtype if started and known else choices.dtype,
        *([f"template {choices.template}"] if choices.template else []),
        *([f"n {choices.n}"] if choices.n > 1 else []),
        *(["recording"] if bench.recording else []),
        *([] if bench.keeper.saved else ["not saved"]),
    ]


def told(bench: Workbench, live: Live) -> str:
    """Tokens of the text so far, and how many its model can hold."""
    return f"{live.started.prompt_tokens + live.tokens:,}{limit(bench)} tokens"


def node(bench: Workbench) -> str:
    """Where one is."""
    here = bench.node
    return f"node {bench.number(bench.tree.cursor)}{f' {here.name}' if here and here.name else ''}"


def limit(bench: Workbench) -> str:
    """How many tokens the model can hold, after a slash; nothing where that is not known yet."""
    if bench.context_length == UNKNOWN:
        return ""
    return f"/{'∞' if bench.context_length is None else f'{bench.context_length:,}'}"


def tokens(bench: Workbench) -> str:
    """Tokens of the text here as its model counted them, and how many it can hold."""
    spoken = bench.spoken.get(bench.tree.cursor or "")
    if spoken is None:
        return f"{len(bench.text):,} characters" if bench.tree.cursor else ""
    count = spoken.started.prompt_tokens + len(spoken.before) + len(spoken.tokens)
    return f"{count:,}{limit(bench)} tokens"


def rate(bench: Workbench) -> str:
    """How fast the last request was; nothing before there was one."""
    end = bench.last.finished if bench.last else None
    return f"{end.tokens / end.seconds:,.0f}/s" if end and end.tokens and end.seconds else ""


def line(bench: Workbench, width: int, live: Live | None = None) -> str:
    """As much of it as fits into `width` columns."""
    shown = ""
    for part in filter(None, parts(bench, live)):
        longer = f"{shown}{SEPARATOR}{one_line(part)}" if shown else one_line(part)
        # What is too long for the rest of the line leaves room for what comes after it.
        if display_width(longer) <= width:
            shown = longer
    return shown
