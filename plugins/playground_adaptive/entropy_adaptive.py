"""A temperature by how sure the model is, and by how unequal its doubts are: entropy and varentropy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from playground.api import About, Commit, DecodeContext, Decoding, Meta, Strategy

if TYPE_CHECKING:
    from playground.api import Candidates

COLDEST = 1e-6
Temperature = Annotated[float, Meta(ge=0, le=100)]


class EntropyAdaptive(Strategy, frozen=True):
    """Choose the temperature by the entropy H and the varentropy V of what the chain leaves.

    V = sum p (-log p - H)^2, in nats^2. Four cases: H and V low, the model is `certain`; V alone high,
    it is `torn` between one token and many; H alone high, many are alike, it is `vague`; both high,
    it is `lost`. Each has its temperature; 0 is greedy, 1 changes nothing.
    """

    about: ClassVar[About] = About(
        group="Adaptive",
        formula="s / T, T by whether H > entropy and V = sum p (-log p - H)^2 > varentropy",
        source="after xjdr's entropix 2024",
        elsewhere="entropix computes in bits, looks at the attention, too, inserts a token for thinking "
        "where the model is vague and draws again where it is lost; here only the temperature changes",
        neutral="entropy_adaptive(certain=1, torn=1, vague=1, lost=1)",
    )

    entropy: Annotated[float, Meta(ge=0, description="in nats: more is high")] = 1.5
    varentropy: Annotated[float, Meta(ge=0, description="in nats squared: more is high")] = 1.5
    certain: Annotated[Temperature, Meta(description="temperature where both are low")] = 0.0
    torn: Annotated[Temperature, Meta(description="where the varentropy alone is high")] = 1.2
    vague: Annotated[Temperature, Meta(description="where the entropy alone is high")] = 0.8
    lost: Annotated[Temperature, Meta(description="where both are high")] = 0.6

    def decode(self, context: DecodeContext) -> Decoding:
        ids, reading = list(context.ids), context.reading
        while True:
            logits = reading.logits[-1]
            chosen = self._heated(context.candidates(ids, logits))
            token = context.draw(ids, chosen)
            yield Commit(token, chosen, logits)
            ids.append(token)
            reading = yield from context.read(reading.state, [token])

    def _heated(self, candidates: Candidates) -> Candidates:
        t = self.temperature(candidates.entropy(), varentropy(candidates))
        if t < COLDEST:
            return candidates.top(1)
        return candidates if t == 1 else candidates.rescored(candidates.scores / t)

    def temperature(self, entropy: float, varentropy: float) -> float:
        """That of the case that these are."""
        if entropy > self.entropy:
            return self.lost if varentropy > self.varentropy else self.vague
        return self.torn if varentropy > self.varentropy else self.certain


def varentropy(candidates: Candidates) -> float:
    """The variance of the surprise, in nats squared."""
    deviations = candidates.log_probabilities() + candidates.entropy()
    return float((candidates.probabilities() * deviations**2).sum())
