"""Contrastive search: a likely token whose representation is unlike those of the text so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from playground.api import About, Commit, DecodeContext, Decoding, Meta, Need, Read, Strategy

if TYPE_CHECKING:
    from numpy import ndarray

OBSERVED = Need.LOGITS | Need.HIDDEN


class Contrastive(Strategy, frozen=True):
    """Of the `k` likeliest tokens take the one that is likely and least like what was said before.

    argmax (1 - alpha) p(v) - alpha max_j cos(h_v, h_j), where h are the last layer's outputs for the
    token and for all of the text, the prompt too. Reads k tokens for one, and the prompt once more.
    alpha 0 or k 1 is greedy.
    """

    needs: ClassVar[Need] = OBSERVED
    deterministic: ClassVar[bool] = True
    aliases: ClassVar[tuple[str, ...]] = ("contrastive_search",)
    about: ClassVar[About] = About(
        group="Search",
        formula="argmax over the k likeliest of (1 - alpha) p(v) - alpha max_j cos(h_v, h_j)",
        source="Su et al. 2022",
        elsewhere="transformers before version 5 (`penalty_alpha`, `top_k`), whose h of GPT-2 has"
        " passed the final norm",
        neutral="contrastive(alpha=0)",
    )

    k: Annotated[int, Meta(ge=1, le=256, description="likeliest tokens that are tried")] = 4
    alpha: Annotated[
        float, Meta(ge=0, le=1, description="weight of being unlike, against being likely")
    ] = 0.6

    def decode(self, context: DecodeContext) -> Decoding:
        import numpy as np

        from playground.api.candidates import top_indices

        # The prompt has been read without its hidden states.
        whole = Read(context.model.start(), context.ids, OBSERVED, logits_to_keep=1)
        (reading,) = yield from context.read_all([whole])
        ids, seen = list(context.ids), _directions(reading.hidden)
        while True:
            logits = reading.logits[-1]
            chosen = context.candidates(ids, logits)
            places = top_indices(chosen.scores, self.k)
            tokens = chosen.ids[places].tolist()
            reads = [Read(reading.state, (token,), OBSERVED) for token in tokens]
            readings = yield from context.read_all(reads)
            tried = np.concatenate([_directions(each.hidden) for each in readings])
            alike = (tried @ seen.T).max(axis=1)  # (k,)
            score = (1 - self.alpha) * chosen.probabilities()[places] - self.alpha * alike
            best = int(score.argmax())
            yield Commit(tokens[best], chosen, logits)
            ids.append(tokens[best])
            seen = np.concatenate([seen, tried[best : best + 1]])
            reading = readings[best]


def _directions(hidden: ndarray | None) -> ndarray:
    """The last layer's outputs (time, width) of unit length."""
    import numpy as np

    assert hidden is not None, "a model that offers hidden states gives them"
    outputs = hidden[-1]
    lengths = np.linalg.norm(outputs, axis=-1, keepdims=True)
    directions: ndarray = outputs / np.maximum(lengths, np.finfo(np.float32).tiny)
    return directions
