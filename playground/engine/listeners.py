"""Who hears a decode: the sequences that it speaks for, one or all of a request's."""

from __future__ import annotations

from collections.abc import Callable

from playground.api.decoding import Branch, Commit, Draft, Effect, Finding
from playground.api.errors import PluginFailed
from playground.api.events import Event, Found, TreeToken
from playground.api.model import Tokenizer
from playground.api.request import StopReason
from playground.engine.detokenize import piece_text
from playground.engine.sequence import Sequence


class Listeners:
    """Hands each effect to the sequence that it is of; nothing to those that have ended."""

    def __init__(
        self, sequences: list[Sequence], tokenizer: Tokenizer, emit: Callable[[Event], None]
    ) -> None:
        self._sequences = sequences
        self._tokenizer = tokenizer
        self._emit = emit
        self._before = sequences[0].ids[-1] if sequences[0].ids else None

    @property
    def finished(self) -> bool:
        """Whether nobody listens any more."""
        return all(sequence.finished for sequence in self._sequences)

    def take(self, effect: Effect) -> None:
        """Raises PluginFailed for what belongs to no sequence, and for a tree that is none."""
        if isinstance(effect, Finding):
            tree = self._tree(effect.branches)
            first = self._sequences[0].index
            self._emit(Found(sequence=first, notice=effect.notice, tree=tree))
            return
        sequence = self._addressed(effect)
        if not sequence.finished:
            sequence.take(effect)

    def finish(self, reason: StopReason, error: Exception | None) -> None:
        """End those that have not ended."""
        for sequence in self._sequences:
            sequence.finish(reason, error)

    def _addressed(self, effect: Effect) -> Sequence:
        place = effect.sequence if isinstance(effect, Commit | Draft) else 0
        if not 0 <= place < len(self._sequences):
            raise PluginFailed(
                f"the strategy spoke of sequence {place}, and speaks for {len(self._sequences)}"
            )
        return self._sequences[place]

    def _tree(self, branches: tuple[Branch, ...]) -> tuple[TreeToken, ...]:
        tokens: list[TreeToken] = []
        for branch in branches:
            if not -1 <= branch.parent < len(tokens):
                raise PluginFailed(f"branch {len(tokens)} of the tree does not follow its parent")
            previous = self._before if branch.parent < 0 else tokens[branch.parent].id
            text = piece_text(self._tokenizer, branch.token, previous)
            tokens.append(TreeToken(branch.parent, branch.token, text, branch.logprob))
        return tuple(tokens)
