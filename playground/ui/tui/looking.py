"""What the screen asks for itself, on the desk's thread: plain values, ready to be shown."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from playground.api.errors import PlaygroundError
from playground.api.results import LintWarning
from playground.api.template import Prompt
from playground.chain_syntax import Stage
from playground.chain_syntax import parse as parse_chain
from playground.session.alternatives import alternatives, removed
from playground.session.waiting import Stopped
from playground.ui.tui.pieces import Piece
from playground.ui.tui.widgets.candidates import Candidate
from playground.ui.tui.widgets.template_panel import TemplateForm

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

PREDICTED = 10
"""Next tokens that are asked for."""


@dataclass(frozen=True)
class Choices:
    """What the next request is made with."""

    chain: list[Stage]
    classes: dict[str, type[msgspec.Struct]]
    template: TemplateForm | None


@dataclass(frozen=True)
class TextFacts:
    """What is known of a text."""

    text: str
    tokens: int | None
    limit: int | None
    warnings: list[LintWarning] = field(default_factory=list)
    following: tuple[Candidate, ...] = ()


def choices_of(bench: Workbench) -> Choices:
    """The chain with the classes of its stages, and the template."""
    stages = parse_chain(bench.chain)
    classes: dict[str, type[msgspec.Struct]] = {}
    for registry in (bench.plugins.processors, bench.plugins.strategies):
        classes |= {stage.name: registry[stage.name] for stage in stages if stage.name in registry}
    return Choices(stages, classes, _form(bench))


def facts_of(bench: Workbench, text: str, *, ask_model: bool) -> TextFacts:
    """How long a text is; and where the model may be asked, what it expects and what is doubtful.

    Raises Stopped where it is not wanted any more.
    """
    stops = bench.stops
    tokenizer = bench.session.tokenizer(bench.choices.model)
    tokens = len(tokenizer.start_ids) + len(tokenizer.encode(text))
    limit = _context_length(bench)
    if not ask_model:
        return TextFacts(text, tokens, limit)
    _go_on(bench, stops)
    prompt = Prompt(text=text, stop=bench.stop_texts)
    warnings = bench.ask(lambda: bench.session.lint(prompt, bench.max_tokens)) if text else []
    _go_on(bench, stops)
    try:
        found = bench.predictions(text, PREDICTED)
    except Stopped:
        raise
    except PlaygroundError:
        # A model without a token for the beginning expects nothing before the first one.
        found = []
    following = tuple(Candidate(each.text, each.probability) for each in found)
    return TextFacts(text, tokens, limit, warnings, following)


def alternatives_of(bench: Workbench, piece: Piece) -> tuple[Candidate, ...]:
    """What could have been said instead of a token, the likeliest after the chain first; then what it cut."""
    node = bench.tree[piece.node]
    assert piece.at is not None, "it is a token"
    taken = node.tokens[piece.at].id
    left = tuple(
        Candidate(
            other.text, math.exp(other.raw_logprob), math.exp(other.logprob), other.id == taken
        )
        for other in alternatives(bench, node, piece.at)
    )
    spoken = bench.spoken.get(node.id)
    cut = removed(spoken.tokens[piece.at]) if spoken else ()
    return left + tuple(
        Candidate(other.text, math.exp(other.raw_logprob), 0.0, cut=True) for other in cut
    )


def _go_on(bench: Workbench, stops: int) -> None:
    """A user's line that came meanwhile does not wait for the next question."""
    if bench.stops != stops:
        raise Stopped


def _context_length(bench: Workbench) -> int | None:
    located = bench.session.catalog.resolve(bench.choices.model)
    return located.backend.card(located.folder).context_length


def _form(bench: Workbench) -> TemplateForm | None:
    choices = bench.choices
    if choices.template is None:
        return None
    template = bench.session.prompts.get(choices.template)
    values = tuple(
        (name, choices.variables.get(name, about.default))
        for name, about in template.accepts.items()
    )
    shots = len(template.shots) if choices.shots is None else choices.shots
    return TemplateForm(
        template.name, template.description or "", values, shots, len(template.shots)
    )
