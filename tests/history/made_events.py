"""Events as an engine tells them, without an engine; for tests and for the processes that tests start."""

from __future__ import annotations

from typing import Any

from playground.api import Finished, GenerationRequest, Started, Token


class Events:
    """The events of a request, one sequence if not told otherwise."""

    def request(self, prompt: str = "Once", **more: Any) -> GenerationRequest:
        return GenerationRequest(prompt=prompt, model="fox", **more)

    def started(self, sequence: int = 0, **more: Any) -> Started:
        facts = {
            "model": "fox", "chain": "sample", "seed": 7, "prompt_tokens": 1, "cached_tokens": 0,
            "device": "cpu", "dtype": "float32", "model_hash": "m", "tokenizer_hash": "t",
            "versions": {"playground": "0"},
        }  # fmt: skip
        return Started(sequence=sequence, **facts | more)

    def token(self, index: int, text: str, sequence: int = 0, logprob: float = -0.5) -> Token:
        return Token(
            sequence=sequence, index=index, id=index + 100, text=text, bytes=tuple(text.encode()),
            logprob=logprob, rank=0, entropy=0.0, alternatives=(), raw_logprob=2 * logprob,
            raw_rank=0, raw_entropy=0.0, raw_alternatives=(),
        )  # fmt: skip

    def finished(self, text: str, sequence: int = 0, **more: Any) -> Finished:
        facts = {"reason": "length", "tokens": len(text), "seconds": 1.0, "seed": 7}
        return Finished(sequence=sequence, text=text, prompt_tokens=1, **facts | more)

    def whole(self, *texts: str) -> list[Any]:
        """A sequence that says `texts`, a token each."""
        tokens = [self.token(index, text) for index, text in enumerate(texts)]
        return [self.started(), *tokens, self.finished("".join(texts))]
