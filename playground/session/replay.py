"""Generates again what the history holds, and compares token by token.

The request is the recorded one, all its sequences too, so that the model reads the same batches; it
ends as soon as everything that was recorded has been seen or differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from playground.api.events import Finished, Started, Token
from playground.session.nodes import Node, NodeToken

if TYPE_CHECKING:
    from playground.api.request import GenerationRequest
    from playground.session.service import EventStream
    from playground.session.store import Run

CUT = ("cancelled", "error", "interrupted", "running", "time")
"""Ends that the model had no part in: what would have come next is unknown."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """How one sequence was generated again.

    Where it is not `identical`, `index` is the first token that differs; `recorded` or `now` is None
    where that side had ended.
    """

    node: str
    sequence: int
    identical: bool
    tokens: int
    """How many were the same."""
    index: int | None = None
    recorded: NodeToken | None = None
    now: NodeToken | None = None


def replay(
    generate: Callable[[GenerationRequest], EventStream],
    run: Run,
    prompt: str,
    nodes: Sequence[Node],
) -> tuple[Started | None, list[Comparison]]:
    """What was said at the start this time, and a comparison for each of `nodes`, all of `run`."""
    request = msgspec.structs.replace(run.request, prompt=prompt, alternatives=0, max_seconds=None)
    events = generate(request)
    comparing = {node.sequence: _Comparing(node) for node in nodes}
    started = None
    for event in events:
        if isinstance(event, Started):
            started = started or event
        elif event.sequence in comparing and isinstance(event, Token | Finished):
            comparing[event.sequence].take(event)
        if all(each.result for each in comparing.values()):
            events.cancel()
            break
    return started, [each.result for each in comparing.values() if each.result]


def differences(run: Run, now: Started) -> Iterator[str]:
    """What computes that is not what it was, a line each."""
    if run.model_hash != now.model_hash:
        yield f"the model's files are others: {_short(run.model_hash)} then, {_short(now.model_hash)} now"
    for option in sorted(run.beside_hashes.keys() & now.beside_hashes.keys()):
        then, today = run.beside_hashes[option], now.beside_hashes[option]
        if then != today:
            yield f"the files of {option} are others: {_short(then)} then, {_short(today)} now"
    if run.tokenizer_hash != now.tokenizer_hash:
        hashes = f"{_short(run.tokenizer_hash)} then, {_short(now.tokenizer_hash)} now"
        yield f"the tokenizer is another: {hashes}"
    for what in ("chain", "device", "dtype"):
        then, today = getattr(run, what), getattr(now, what)
        if then != today:
            yield f"{what}: {then} then, {today} now"
    # A library that one side only has loaded, perhaps for another model, did not compute this.
    for name in sorted(run.versions.keys() & now.versions.keys()):
        if run.versions[name] != now.versions[name]:
            yield f"{name}: {run.versions[name]} then, {now.versions[name]} now"


class _Comparing:
    """One node against the events of its sequence."""

    def __init__(self, node: Node) -> None:
        self.result: Comparison | None = None
        self._node = node
        self._same = 0

    def take(self, event: Token | Finished) -> None:
        if self.result:
            return
        recorded = self._node.tokens[self._same] if self._same < len(self._node.tokens) else None
        cut = self._node.ended in CUT
        if recorded is None and (cut or isinstance(event, Finished)):
            self._end()
        elif isinstance(event, Finished):
            self._end(recorded, None, differs=True)
        elif recorded is None or recorded.id != event.id:
            now = NodeToken(event.id, event.text, event.logprob, event.raw_logprob)
            self._end(recorded, now, differs=True)
        else:
            self._same += 1
            if cut and self._same == len(self._node.tokens):
                self._end()

    def _end(
        self,
        recorded: NodeToken | None = None,
        now: NodeToken | None = None,
        *,
        differs: bool = False,
    ) -> None:
        self.result = Comparison(
            node=self._node.id,
            sequence=self._node.sequence,
            identical=not differs,
            tokens=self._same,
            index=self._same if differs else None,
            recorded=recorded,
            now=now,
        )


def _short(digest: str) -> str:
    return digest[:12] or "unknown"
