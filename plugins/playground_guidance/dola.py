"""DoLa: what the last layer prefers more than the earlier layer that differs most from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, cast

from playground.api import (
    About,
    Commit,
    DecodeContext,
    Decoding,
    InvalidInput,
    LanguageModel,
    Meta,
    Need,
    Read,
    Reading,
    State,
    Strategy,
    Unembeds,
)

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy import ndarray

    from playground.api import Candidates, ReadAll

NEEDS = Need.LOGITS | Need.HIDDEN


class Dola(Strategy, frozen=True):
    """Prefer what the last layer finds likelier than an earlier one does, among what is plausible.

    Of the `layers` that may be contrasted, at every token the one is taken whose distribution q (final
    norm and head on its output) has the largest Jensen-Shannon divergence from the model's p. Then
    s = log p - log q where p >= alpha max(p); other tokens are removed.
    """

    needs: ClassVar[Need] = NEEDS
    about: ClassVar[About] = About(
        group="Guidance",
        formula="s = log p - log q, q of the layer with the largest JSD(p, q), where p >= alpha max(p)",
        source="Chuang et al. 2024",
        elsewhere="transformers (`dola_layers`, up to version 4) and the authors' code, which put the head "
        "on a layer's output without the final norm, and turn the two divergences of the JSD round; "
        "here as in the paper, with the norm as in a logit lens",
    )

    layers: Annotated[
        Literal["low", "high"] | tuple[int, ...],
        Meta(
            description='"low": every second of the lower half; "high": of the upper half; or their '
            "numbers, 0 for the embeddings"
        ),
    ] = "low"
    alpha: Annotated[
        float, Meta(ge=0, le=1, description="share of the best token's probability; 0 keeps all")
    ] = 0.1

    def decode(self, context: DecodeContext) -> Decoding:
        if not isinstance(context.model, Unembeds):
            raise InvalidInput(
                f"dola needs what a layer would say, which this model ({_named(context.model)}) "
                "cannot tell",
                "it works with GPT-1, GPT-2 and most transformers",
            )
        ids = list(context.ids)
        reading = yield from _with_hidden(context)
        early = contrastable(self.layers, len(cast("ndarray", reading.hidden)) - 1)
        while True:
            logits = reading.logits[-1]
            hidden = cast("ndarray", reading.hidden)[early, -1]  # (layers, width)
            scored = self.scored(logits, context.model.unembed(hidden))
            token, chosen = context.choose(ids, scored)
            yield Commit(token, chosen, logits)
            ids.append(token)
            reading = yield from context.read(reading.state, [token], NEEDS)

    def scored(self, logits: ndarray, early: ndarray) -> Candidates:
        """The plausible tokens by s; `early` (layers, vocabulary) are the other layers' logits."""
        from playground_guidance.contrast import contrasted, plausible

        against = early[most_different(logits, early)]
        return contrasted(plausible(logits, self.alpha), logits, against, 1.0)


def contrastable(layers: str | Sequence[int], count: int) -> list[int]:
    """Which of the outputs 0 (the embeddings) to count - 1 of a model of `count` layers are meant.

    "low" and "high" leave the embeddings out where there are more layers, as transformers does. Raises
    InvalidInput for a layer that there is not.
    """
    first, middle = min(2, count - 1), count // 2
    if layers == "low":
        return list(range(first, max(first + 1, min(middle, 20)), 2))
    if layers == "high":
        return list(range(max(first, middle, count - 20), count, 2))
    chosen = [layer for layer in layers if isinstance(layer, int)]
    if not chosen or not 0 <= min(chosen) <= max(chosen) < count:
        raise InvalidInput(
            f"dola cannot contrast the layers {list(layers)} of a model of {count}",
            f'give it some of 0 to {count - 1}, "low" or "high"',
        )
    return chosen


def most_different(logits: ndarray, early: ndarray) -> int:
    """The row of `early` (layers, vocabulary) whose distribution diverges most from that of `logits`."""
    import numpy as np

    p, q = _log_softmax(logits), _log_softmax(early)
    middle = np.logaddexp(p, q) - np.log(2)
    divergence = (np.exp(p) * (p - middle)).sum(-1) + (np.exp(q) * (q - middle)).sum(-1)
    return int(divergence.argmax())


def _log_softmax(logits: ndarray) -> ndarray:
    import numpy as np

    shifted = logits - logits.max(-1, keepdims=True)
    result: ndarray = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return result


def _with_hidden(context: DecodeContext) -> Generator[ReadAll, list[Reading], Reading]:
    """The prompt's reading, with the hidden states of its last token: that is read again."""
    *before, last = context.ids
    model, state = context.model, context.reading.state
    earlier: State | None = model.rewind(state, len(before)) if before else model.start()
    if earlier is None:
        (reading,) = yield from context.read_all([Read(model.start(), before, logits_to_keep=1)])
        earlier = reading.state
    reading = yield from context.read(earlier, [last], NEEDS)
    return reading


def _named(model: LanguageModel) -> str:
    return type(model).__name__
