"""Looking at the text: its tokens, why each of them, what could come next, how well it is predicted."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from playground.api.actions import Action, Argument, Arguments
from playground.api.errors import InvalidInput
from playground.api.options import Meta
from playground.api.outputs import Note, Output, Passage, Piece, Table, facts
from playground.session.funnel import funnel
from playground.session.nodes import Node
from playground.session.safe_text import one_line
from playground.session.tracing import trace_of

if TYPE_CHECKING:
    from playground.api.events import Token
    from playground.session.workbench import Workbench

PREDICTED = 10
LISTED = 5
"""Alternatives in the table of tokens."""


def following(bench: Workbench, given: Arguments) -> Iterator[Output]:
    found = bench.predictions(bench.text, given["count"] or PREDICTED)
    rows = tuple((_quoted(p.text), p.id, f"{p.probability:.4f}") for p in found)
    yield Table(("token", "id", "probability"), rows, right=("id", "probability"))


def filled(bench: Workbench, given: Arguments) -> Iterator[Output]:
    found = bench.fill(given["text"] or bench.text, PREDICTED)
    rows = tuple((f.mask, _quoted(f.text), f.id, f"{f.probability:.4f}") for f in found)
    yield Table(("mask", "token", "id", "probability"), rows, right=("mask", "id", "probability"))


def tokens(bench: Workbench, _: Arguments) -> Iterator[Output]:
    node = bench.node
    if node is None:
        raise InvalidInput("the empty text has no tokens", "type a text")
    yield _said(bench, node) if node.tokens else _cut(bench, node)


def _said(bench: Workbench, node: Node) -> Table:
    spoken = bench.spoken.get(node.id)
    rows = []
    for index, token in enumerate(node.tokens):
        heard = spoken.tokens[index] if spoken else None
        rows.append(
            (
                index,
                _quoted(token.text),
                token.id,
                _chance(token.logprob),
                _chance(token.raw_logprob),
                heard.rank if heard else None,
                _others(heard) if heard else None,
            )
        )
    headers = ("i", "token", "id", "probability", "the model's own", "rank", "could have been said")
    return Table(headers, tuple(rows), right=headers[2:6] + headers[:1])


def _others(token: Token) -> str:
    return "  ".join(
        f"{rank}: {_quoted(other.text)} {_chance(other.logprob)}"
        for rank, other in enumerate(token.alternatives[:LISTED])
    )


def _cut(bench: Workbench, node: Node) -> Table:
    """Typed text has no probabilities; how it is cut, the tokenizer tells."""
    tokenizer = bench.session.tokenizer(bench.choices.model)
    ids = tokenizer.encode(node.text)
    rows = tuple(
        (index, _quoted(tokenizer.piece(token, before).decode("utf-8", "replace")), token)
        for index, (token, before) in enumerate(zip(ids, [None, *ids], strict=False))
    )
    return Table(("i", "token", "id"), rows, right=("i", "id"))


def probs(bench: Workbench, given: Arguments) -> Iterator[Output]:
    if given["state"]:
        bench.choose(probs=given["state"] == "on")
    shown = bench.choices.probs
    yield Note(f"probabilities are {'shown' if shown else 'not shown'}", "notice")
    node = bench.node
    if given["state"] == "on" and node and node.tokens:
        yield Passage(tuple(coloured(node)))


def coloured(node: Node) -> Iterator[Piece]:
    """A node's text in the colours of its tokens; one of half a character shows with what completes it."""
    logprobs: list[float] = []
    for token in node.tokens:
        logprobs.append(token.raw_logprob)
        if token.text:
            yield Piece(token.text, logprobs=tuple(logprobs))
            logprobs = []


def why(bench: Workbench, given: Arguments) -> Iterator[Output]:
    node = bench.node if given["node"] is None else bench.find(given["node"])
    if node is None or not node.tokens:
        raise InvalidInput("there is no token to explain", "generate something first")
    at = given["token"]
    if at >= len(node.tokens):
        raise InvalidInput(f"the node has {len(node.tokens)} tokens, none is {at}", "/tokens")
    yield from explained(bench, node, at)


def explained(bench: Workbench, node: Node, at: int) -> Iterator[Output]:
    """Why a token of a node was taken, by the chain that said it."""
    traced = trace_of(bench, node, at)
    yield Note(f"token {at} is {_quoted(one_line(node.tokens[at].text))} (id {node.tokens[at].id})")
    spoken = bench.spoken.get(node.id)
    yield from funnel(traced, spoken.tokens[at] if spoken else None)


def stats(bench: Workbench, _: Arguments) -> Iterator[Output]:
    said = [node for node in bench.tree if node.kind == "generated"]
    count = sum(len(node.tokens) for node in said)
    yield facts(
        (
            ("nodes", len(bench.tree)),
            ("characters here", f"{len(bench.text):,}"),
            ("generated", f"{len(said)} nodes, {count:,} tokens"),
            ("model", bench.choices.model),
            ("chain", bench.chain),
        )
    )
    node = bench.node
    if node is not None and node.tokens:
        yield facts(_of_node(bench, node))


def _of_node(bench: Workbench, node: Node) -> list[tuple[str, Any]]:
    raw = [token.raw_logprob for token in node.tokens]
    loss = -math.fsum(raw) / len(raw)
    spoken = bench.spoken.get(node.id)
    rate = f" ({len(raw) / node.seconds:,.0f}/s)" if node.seconds else ""
    return [
        ("this node", bench.number(node.id)),
        ("tokens", f"{len(raw)} in {node.seconds or 0:.2f} s{rate}"),
        ("ended", node.ended),
        ("perplexity", f"{math.exp(min(loss, 700)):.4g}"),
        ("mean surprisal", f"{loss / math.log(2):.3f} bits a token"),
        ("seed", str(spoken.started.seed) if spoken else None),
        ("prompt", f"{spoken.started.prompt_tokens:,} tokens" if spoken else None),
        ("known", f"{spoken.started.cached_tokens:,} of them" if spoken else None),
    ]


def score(bench: Workbench, given: Arguments) -> Iterator[Output]:
    result = bench.score(given["text"] or bench.text)
    yield facts(
        (
            ("loss", f"{result.loss:.4f} nats a token"),
            ("perplexity", f"{result.perplexity:.4g}"),
            ("bits per character", f"{result.bits_per_character:.4f}"),
            ("predicted", f"{result.tokens} tokens, {result.characters} characters"),
        )
    )
    pairs = zip(result.pieces, result.logprobs, strict=True)
    yield Passage(tuple(Piece(text, logprobs=(logprob,)) for text, logprob in pairs))


def inspect(bench: Workbench, given: Arguments) -> Iterator[Output]:
    from playground.session import inspecting

    if given["inspector"] is None:
        rows = tuple(
            (each.name, each.follows, each.summary) for each in bench.plugins.inspectors.values()
        )
        yield Table(("inspector", "of", "what it shows"), rows)
        return
    models, text = inspecting.models_and_text(given["text"] or "")
    token = inspecting.last_token(bench)
    look = inspecting.Look(bench, text=text, models=models, token=token)
    yield from inspecting.inspect(bench, given["inspector"], look)


def detected(bench: Workbench, given: Arguments) -> Iterator[Output]:
    from playground.session.detecting import detect, verdict

    tokenizer = bench.session.tokenizer(bench.choices.model)
    text, node = given["text"], bench.node
    said = [token.id for token in node.tokens] if node and not text else []
    ids = said or tokenizer.encode(text or bench.text)
    yield Note(verdict(detect(bench.chain, bench.plugins, ids, tokenizer.vocabulary_size)), "text")


def _quoted(text: str) -> str:
    return f'"{text}"'


def _chance(logprob: float) -> str:
    return f"{math.exp(logprob):.4f}"


TOKEN = Argument(
    name="token", type=Annotated[int, Meta(ge=0)], help="Its index, from 0: /tokens shows them."
)

ACTIONS = (
    Action(
        name="next",
        group="look",
        summary="The likeliest next tokens, by the model alone.",
        arguments=(
            Argument(
                name="count",
                type=Annotated[int, Meta(ge=1, le=1000)],
                suggestions=("5", "10", "20"),
                optional=True,
                help=f"How many; {PREDICTED} where it is not said.",
            ),
        ),
        run=following,
    ),
    Action(
        name="fill",
        group="look",
        summary="The likeliest tokens for the masks of the text, by a masked model such as BERT.",
        details="A mask is written as the tokenizer has it, [MASK] for BERT; each is filled by itself.",
        arguments=(
            Argument(name="text", rest=True, optional=True, help="Instead of the text so far."),
        ),
        run=filled,
    ),
    Action(
        name="tokens",
        group="look",
        summary="The tokens of this node, how likely each was and what else could have been said.",
        run=tokens,
    ),
    Action(
        name="probs",
        group="look",
        summary="Show every token in the colour of its probability.",
        arguments=(
            Argument(name="state", choices=("on", "off"), optional=True, help="From now on."),
        ),
        run=probs,
    ),
    Action(
        name="why",
        group="look",
        summary="Why a token was taken: what every stage of the chain left, and whom it cut.",
        arguments=(
            TOKEN,
            Argument(
                name="node",
                completer="nodes",
                optional=True,
                help="Of which node, by number, name or id; without it, of where you are.",
            ),
        ),
        run=why,
    ),
    Action(name="stats", group="look", summary="Figures of this session and this node.", run=stats),
    Action(
        name="score",
        group="look",
        summary="How well the model predicts the text: loss, perplexity, each token.",
        arguments=(
            Argument(name="text", rest=True, optional=True, help="Instead of the text so far."),
        ),
        run=score,
    ),
    Action(
        name="inspect",
        group="look",
        summary="Look at the text with an inspector, or list those there are.",
        details="One of a token looks at the last token here. model=NAME, as often as you like, names the "
        "models whose tokens are looked at.",
        arguments=(
            Argument(
                name="inspector",
                completer="inspectors",
                optional=True,
                help="Its name; plugins bring more.",
            ),
            Argument(
                name="text",
                rest=True,
                optional=True,
                suggestions=("model=",),
                completer="looks",
                help="model=NAME for each model, then a text instead of the one so far.",
            ),
        ),
        run=inspect,
    ),
    Action(
        name="detect",
        group="look",
        summary="Whether a text carries the watermark of the chain: its z-score.",
        arguments=(
            Argument(name="text", rest=True, optional=True, help="Instead of what this node says."),
        ),
        run=detected,
    ),
)
