"""A text said token by token as one asks for it: what a request says, revealed as far as one has stepped.

The request is one, however many steps it is looked at in: a strategy that remembers, penalties that count
what was generated and the tokens themselves are what they would be without stepping. It is asked a little
ahead, and again from its beginning for more, which says the same. Every step is a node: nothing is lost.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from msgspec.structs import replace

from playground.api.errors import InvalidInput
from playground.api.events import Finished, Started, Token
from playground.session.going_on import REASONS, Spoken, request_of
from playground.session.ids import new_id
from playground.session.nodes import Node, NodeToken
from playground.session.waiting import Stopped

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

AHEAD = 8
"""Tokens that are asked for at first; then always twice as many as have been shown."""
SHOWN = 10
"""Tokens of the distribution that are known of each step."""


class Stepping:
    """One request, and the nodes that have been made of its tokens."""

    def __init__(self, bench: Workbench) -> None:
        """From where one is."""
        alternatives = max(SHOWN, bench.choices.alternatives)
        self._bench = bench
        self._choices = bench.choices
        self._request = replace(request_of(bench), n=1, alternatives=alternatives)
        self._spoken: Spoken | None = None
        self._places: dict[str | None, int] = {bench.tree.cursor: 0}
        """How many of the tokens have been said at each node."""
        self._nodes: dict[tuple[str | None, int], str] = {}

    @property
    def goes_on(self) -> bool:
        """Whether a step from where one is, as it would be asked for now, is one of this text."""
        return self._bench.tree.cursor in self._places and self._choices == self._bench.choices

    def step(self) -> Node:
        """Go on by one token: to the node that has been made of it, else to a new one.

        Raises InvalidInput at the text's end.
        """
        bench = self._bench
        cursor = bench.tree.cursor
        at = self._places[cursor]
        if (made := self._nodes.get((cursor, at))) and bench.tree.visible(made):
            bench.go(made)
            return bench.tree[made]
        spoken = self._said(at + 1)
        if at >= len(spoken.tokens):
            raise self._end(spoken)
        token = spoken.tokens[at]
        node = Node(
            id=new_id(),
            parent=cursor,
            kind="generated",
            text=token.text,
            created=time.time(),
            tokens=(NodeToken(token.id, token.text, token.logprob, token.raw_logprob),),
        )
        bench.put(node)
        before = tuple(each.id for each in spoken.tokens[:at])
        bench.spoken[node.id] = Spoken(spoken.request, spoken.started, [token], before=before)
        self._places[node.id] = at + 1
        self._nodes[cursor, at] = node.id
        return node

    def _said(self, count: int) -> Spoken:
        """At least `count` tokens of the text, as far as it has so many. Raises what generating does."""
        known = self._spoken
        if known and (len(known.tokens) >= count or known.finished):
            return known
        wanted = max(AHEAD, 2 * (count - 1))
        heard: Spoken | None = None
        events = self._bench.events(self._request)
        try:
            for event in events:
                if isinstance(event, Started):
                    heard = Spoken(replace(self._request, seed=event.seed), event)
                elif isinstance(event, Token) and heard:
                    heard.tokens.append(event)
                    if len(heard.tokens) >= wanted:
                        break
                elif isinstance(event, Finished) and heard:
                    if event.reason == "cancelled":
                        raise Stopped
                    heard.finished = event
        finally:
            events.close()
        if heard is None:
            raise Stopped
        # Asked again, it is to be the same text.
        self._request, self._spoken, self._bench.last = heard.request, heard, heard
        return heard

    @staticmethod
    def _end(spoken: Spoken) -> InvalidInput:
        end = spoken.finished
        why = (end.error or REASONS[end.reason]) if end else REASONS["interrupted"]
        return InvalidInput(f"there is no further step: {why}", (end and end.hint) or "/max N")
