"""A request from where one is: what was typed becomes a node, what is said a node for each sequence.

What was typed is kept before anything can fail, and what was said when it ends, however it ends.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from playground.api.errors import InvalidInput
from playground.api.events import Event, Finished, Found, Started, Token
from playground.api.outputs import Continuing, Note, Output
from playground.api.request import GenerationRequest
from playground.api.template import INPUT, Prompt
from playground.session.branches import found
from playground.session.ids import new_id
from playground.session.nodes import Node, NodeToken
from playground.session.render import render

if TYPE_CHECKING:
    from playground.session.recording import Recorder
    from playground.session.workbench import Workbench


REASONS = {
    "eos": "the model ended the text",
    "stop": "stopped at a stop string",
    "length": "stopped at /max",
    "time": "stopped at max_seconds",
    "context": "the context is full",
    "done": "the strategy had no more to say",
    "cancelled": "stopped by you",
    "elsewhere": "stopped with the session process",
    "error": "failed",
    "interrupted": "left",
}


class Spoken(msgspec.Struct):
    """All that was heard of one sequence."""

    request: GenerationRequest
    started: Started
    tokens: list[Token] = []
    finished: Finished | None = None
    before: tuple[int, ...] = ()
    """Tokens that the request had said before these, in other nodes."""


def go_on(bench: Workbench, typed: str = "", *, seed: int | None = None) -> Iterator[Output]:
    """Add what was typed and let the model go on. `seed`: instead of the one that is chosen."""
    prompt = _fill(bench, typed)
    if prompt is not None:
        bench.go(None)
    bench.prompt = prompt
    bench.add(typed if prompt is None else prompt.text)
    request = request_of(bench, seed)
    if typed or prompt:
        yield from _lint(bench, prompt or Prompt(text=bench.text), request)
    yield from bench.told()
    yield Continuing(text=request.prompt, n=request.n, probs=bench.choices.probs)
    yield from _listen(bench, request, prompt)


def request_of(bench: Workbench, seed: int | None = None) -> GenerationRequest:
    """The request that the choices mean, from where one is."""
    choices = bench.choices
    return GenerationRequest(
        prompt=bench.text,
        model=choices.model,
        device=choices.device,
        dtype=choices.dtype,
        chain=bench.chain,
        n=choices.n,
        max_tokens=bench.max_tokens,
        max_seconds=choices.max_seconds,
        stop=bench.stop_texts,
        seed=choices.seed if seed is None else seed,
        alternatives=choices.alternatives,
        fit=choices.fit,
    )


def filled(bench: Workbench, typed: str = "", *, template: str | None = None) -> Prompt:
    """The template that is chosen, or another one, filled. Raises InvalidInput for what does not fit it."""
    choices = bench.choices
    name = template or choices.template
    if name is None:
        raise InvalidInput("no template is chosen", "/t NAME chooses one")
    found = bench.session.prompts.get(name)
    if typed and INPUT not in found.accepts:
        raise InvalidInput(
            f"template {found.name} takes no text",
            "give it none: in a session an empty line fills it, and /t none goes back",
        )
    given, shots = choices.variables, choices.shots
    if name != choices.template:
        # They were chosen for that one.
        given, shots = {n: v for n, v in given.items() if n in found.accepts}, None
    return render(found, {**given, **({INPUT: typed} if typed else {})}, shots=shots)


def _fill(bench: Workbench, typed: str) -> Prompt | None:
    """A template is filled by what is typed, and by an empty line at the empty text."""
    if bench.choices.template is None or not (typed or bench.tree.cursor is None):
        return None
    return filled(bench, typed)


def _lint(bench: Workbench, prompt: Prompt, request: GenerationRequest) -> Iterator[Output]:
    written = msgspec.structs.replace(prompt, stop=request.stop, labels={})
    for warning in bench.ask(lambda: bench.session.lint(written, request.max_tokens)):
        # What does not fit the context is an error or a notice of the generation itself.
        if warning.code != "context":
            yield Note(warning.message, "warning", warning.hint)


def _listen(
    bench: Workbench, request: GenerationRequest, prompt: Prompt | None
) -> Iterator[Output]:
    """The events as they come; nodes of what was said, when they have ended."""
    parent, stops = bench.tree.cursor, bench.stops
    heard = Heard(bench, request, parent, prompt)
    events = bench.events(request)
    try:
        for event in events:
            heard.take(event)
            yield event
    finally:
        # Whoever shows it may have left, or waiting was given up: what was said stays.
        events.close()
        heard.end()
    bench.look_at_model()
    yield from bench.told()
    for event in heard.found:
        yield from found(event)
    for node in heard.nodes:
        yield Note(_summary(bench, node, by_you=bench.stops != stops), "notice")


class Heard:
    """Collects the events of a request, keeps them in the history, and makes nodes of them."""

    def __init__(
        self,
        bench: Workbench,
        request: GenerationRequest,
        parent: str | None,
        prompt: Prompt | None,
    ) -> None:
        self._bench = bench
        self._request = request
        self._parent = parent
        self._prompt = prompt
        self._spoken: dict[int, Spoken] = {}
        self._recorder: Recorder | None = None
        self.nodes: list[Node] = []
        self.found: list[Found] = []

    def take(self, event: Event) -> None:
        if isinstance(event, Started):
            if not self._spoken:
                self._recorder = self._new_recorder()
            self._spoken[event.sequence] = Spoken(self._request, event)
        elif isinstance(event, Token):
            self._spoken[event.sequence].tokens.append(event)
        elif isinstance(event, Finished):
            self._spoken[event.sequence].finished = event
        elif isinstance(event, Found):
            self.found.append(event)
        if self._recorder:
            self._recorder.take(event)

    def flush(self) -> None:
        """Return when what was taken is in the history, or could not be."""
        if self._recorder:
            self._recorder.flush()

    def end(self, *, move: bool = True) -> None:
        """Write the rest, and put the nodes into the tree; `move`: and go to the first of them."""
        recorder = self._recorder
        if recorder:
            recorder.close()
            self._bench.keeper.recorded(recorder)
        for place, (sequence, spoken) in enumerate(self._spoken.items()):
            id_ = recorder.nodes[sequence] if recorder else new_id()
            node = _node(id_, self._parent, spoken, recorder.run if recorder else None)
            self.nodes.append(self._bench.tree.add(node, move=move and place == 0))
            self._bench.spoken[id_] = spoken
        if self._spoken:
            self._bench.last = self._spoken[min(self._spoken)]

    def _new_recorder(self) -> Recorder | None:
        prompt = self._prompt or Prompt(text="")
        return self._bench.keeper.recorder(
            self._request, self._parent, prompt.template, dict(prompt.variables)
        )


def _summary(bench: Workbench, node: Node, *, by_you: bool) -> str:
    """What was said, how fast, why it ended, and what it takes to say it again.

    `by_you`: whether it was stopped here, and not with the session process.
    """
    count = len(node.tokens)
    rate = f" ({count / node.seconds:,.0f}/s)" if count and node.seconds else ""
    reason = node.ended or "interrupted"
    if reason == "cancelled" and not by_you:
        reason = "elsewhere"
    end = REASONS[reason] + (f" {node.stop!r}" if node.stop else "")
    seed = bench.spoken[node.id].started.seed
    return (
        f"node {bench.number(node.id)} · {count:,} tokens in {node.seconds or 0:.2f} s{rate}"
        f" · {end} · seed {seed}"
    )


def _node(id_: str, parent: str | None, spoken: Spoken, run: str | None) -> Node:
    end = spoken.finished
    said = "".join(token.text for token in spoken.tokens)
    return Node(
        id=id_,
        parent=parent,
        kind="generated",
        text=end.text if end else said,
        created=time.time(),
        tokens=tuple(
            NodeToken(token.id, token.text, token.logprob, token.raw_logprob)
            for token in spoken.tokens
        ),
        run=run,
        sequence=spoken.started.sequence,
        ended=end.reason if end else "interrupted",
        stop=end.stop if end else None,
        error=end.error if end else None,
        seconds=end.seconds if end else None,
    )
