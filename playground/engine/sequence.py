"""One sequence of a request: commits become token events; decides when to stop listening."""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec.structs import replace

from playground.api.candidates import Candidates, top_indices
from playground.api.decoding import Commit, Draft, Effect
from playground.api.errors import PlaygroundError, PluginFailed
from playground.api.events import Alternative, Drafted, Event, Finished, Token
from playground.api.model import LanguageModel
from playground.api.request import GenerationRequest, StopReason
from playground.engine.detokenize import Detokenizer, piece_text, pieces
from playground.engine.stopping import HoldBack


class Sequence:
    """Listens to one decode and tells `emit` what it says."""

    def __init__(
        self,
        request: GenerationRequest,
        model: LanguageModel,
        prompt: tuple[int, ...],
        *,
        withheld: tuple[int, ...],
        index: int,
        seed: int,
        limit: int,
        started: float,
        emit: Callable[[Event], None],
    ) -> None:
        """`withheld`: tokens of the text after `prompt` that the first commit stands for, with more."""
        self.index = index
        self.ids = list(prompt)
        self.finished = False
        self._request = request
        self._model = model
        self._prompt_length = len(prompt)
        self._seed = seed
        # What stands for the prompt's end is not one of the tokens that were asked for.
        self.limit = limit + len(withheld)
        self._at_limit: StopReason = "length" if limit >= request.max_tokens else "context"
        self._started = started
        self._emit = emit
        previous = prompt[-1] if prompt else None
        self._detokenizer = Detokenizer(model.tokenizer, previous)
        self._known = pieces(model.tokenizer, withheld, previous)
        """The beginning of the next token's bytes that the text has already."""
        self._hold: HoldBack[Token] = HoldBack(request.stop)
        self._text: list[str] = []
        self._released = 0

    def take(self, effect: Effect) -> None:
        """A Commit or a Draft of the strategy."""
        if isinstance(effect, Commit):
            self._commit(effect)
        elif isinstance(effect, Draft):
            ends = self._model.tokenizer.eos_ids
            tokens = [t for t in effect.tokens if t not in ends]
            text = self._detokenizer.preview(tokens, self._known)
            self._emit(Drafted(sequence=self.index, ids=effect.tokens, text=text))
        else:
            raise PluginFailed(f"a strategy yielded {type(effect).__name__}, not an effect")

    def finish(self, reason: StopReason, error: Exception | None = None) -> None:
        """End the sequence: let out what was held back, and say why it ended."""
        if self.finished:
            return
        self.finished = True
        rest = self._hold.flush()
        tail = "" if reason == "stop" else self._detokenizer.finish()
        if tail and rest:
            rest[-1] = (rest[-1][0], rest[-1][1] + tail)
        self._release(rest)
        if tail and not rest:
            self._text.append(tail)
        self._emit(self._finished(reason, error))

    def _finished(self, reason: StopReason, error: Exception | None) -> Finished:
        known = error if isinstance(error, PlaygroundError) else None
        return Finished(
            sequence=self.index,
            reason=reason,
            text="".join(self._text),
            tokens=self._released,
            seconds=time.monotonic() - self._started,
            seed=self._seed,
            prompt_tokens=self._prompt_length,
            stop=self._hold.stop,
            error=str(error) if error else None,
            hint=known.hint or None if known else None,
            exit_code=known.exit_code if known else int(error is not None),
        )

    def _commit(self, commit: Commit) -> None:
        token = self._checked(commit)
        previous = self.ids[-1] if self.ids else None
        self.ids.append(token)
        ended = token in self._model.tokenizer.eos_ids
        text, data = ("", b"") if ended else self._detokenizer.add(token, self._known)
        self._release(self._hold.push(self._token(commit, previous, text, data), text))
        self._known = b""
        reason = self._reason(ended)
        if reason is not None:
            self.finish(reason)

    def _checked(self, commit: Commit) -> int:
        token = int(commit.token)
        if not 0 <= token < self._model.tokenizer.vocabulary_size:
            raise PluginFailed(f"the strategy committed {token}, which is no token of the model")
        if not isinstance(commit.chosen, Candidates) or token not in commit.chosen:
            raise PluginFailed("the strategy committed a token that is not among its candidates")
        if self._known:
            piece = self._model.tokenizer.piece(token, self.ids[-1])
            if not piece.startswith(self._known):
                raise PluginFailed(
                    f"the strategy says {piece!r} where the prompt ends with {self._known!r}"
                )
        return token

    def _reason(self, ended: bool) -> StopReason | None:
        if self._hold.stop is not None:
            return "stop"
        if ended:
            return "eos"
        if len(self.ids) - self._prompt_length >= self.limit:
            return self._at_limit
        seconds = self._request.max_seconds
        if seconds is not None and time.monotonic() - self._started >= seconds:
            return "time"
        return None

    def _token(self, commit: Commit, previous: int | None, text: str, data: bytes) -> Token:
        chosen, token = commit.chosen, int(commit.token)
        # Without processors both are the same distribution, measured once.
        raw = chosen if chosen.scores is commit.logits else Candidates(commit.logits)
        return Token(
            sequence=self.index,
            index=len(self.ids) - 1 - self._prompt_length,
            id=token,
            text=text,
            bytes=tuple(data),
            logprob=chosen.logprob_of(token),
            rank=chosen.rank_of(token),
            entropy=chosen.entropy(),
            alternatives=self._alternatives(chosen, previous),
            raw_logprob=raw.logprob_of(token),
            raw_rank=raw.rank_of(token),
            raw_entropy=raw.entropy(),
            raw_alternatives=self._alternatives(raw, previous),
        )

    def _alternatives(
        self, candidates: Candidates, previous: int | None
    ) -> tuple[Alternative, ...]:
        """The likeliest tokens, the best first."""
        wanted = min(self._request.alternatives, len(candidates))
        if not wanted:
            return ()
        places = top_indices(candidates.scores, wanted)
        ids = (places if candidates.whole else candidates.ids[places]).tolist()
        logprobs = (candidates.scores[places] - candidates.log_normalizer).tolist()
        tokenizer = self._model.tokenizer
        return tuple(
            Alternative(token, piece_text(tokenizer, token, previous, self._known), logprob)
            for token, logprob in zip(ids, logprobs, strict=True)
        )

    def _release(self, clear: list[tuple[Token, str]]) -> None:
        for token, text in clear:
            self._emit(token if text == token.text else replace(token, text=text))
            self._released += 1
            self._text.append(text)
