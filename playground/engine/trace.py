"""Why a token was said: the chain applied again at its place, one stage after the other.

By replay, so that it costs generating nothing: the text is read up to the token, as it was then.
"""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from playground.api.candidates import Candidates, top_indices
from playground.api.decoding import Step
from playground.api.errors import InvalidInput
from playground.api.model import LanguageModel, Read
from playground.api.results import Considered, Prediction, StageTrace, TokenTrace
from playground.chain_syntax import parse
from playground.engine.chain import Chain
from playground.engine.detokenize import piece_text, pieces
from playground.engine.noise import HashedNoise
from playground.engine.prompt import fit_prompt, prompt_ids, withhold
from playground.protocol.questions import TraceToken

ALTERNATIVES = 20
CUT = 5
"""Tokens that are named of those that a stage removed."""
MODEL = "the model"


def trace(model: LanguageModel, chain: Chain, asked: TraceToken) -> TokenTrace:
    """What `chain` made of the model's scores at the place that is asked about, and of the token there.

    Raises InvalidInput for tokens that the model does not have, PromptTooLong as a generation does.
    """
    size = model.tokenizer.vocabulary_size
    if not all(0 <= each < size for each in (*asked.tokens, asked.token)):
        raise InvalidInput("these tokens are not the model's", "is it the model that said them?")
    whole = prompt_ids(model, asked.prompt)
    prompt, _ = fit_prompt(whole, model.context_length, asked.max_tokens, asked.fit)
    prompt, withheld = withhold(prompt, chain.strategy)
    ids = (*prompt, *asked.tokens)
    (reading,) = model.read([Read(model.start(), ids, logits_to_keep=1)])
    logits: ndarray = reading.logits[-1]
    noise = HashedNoise(asked.seed, asked.sequence)
    step = Step(ids, len(prompt), noise, model.tokenizer)
    known = b"" if asked.tokens else pieces(model.tokenizer, withheld, prompt[-1])
    return _traced(model, chain, logits, step, asked.token, known)


def _traced(
    model: LanguageModel, chain: Chain, logits: ndarray, step: Step, token: int, known: bytes
) -> TokenTrace:
    """`known`: the beginning of the token's bytes that the prompt has already."""
    raw = candidates = Candidates(logits)
    chances = raw.probabilities()
    names = [str(stage) for stage in parse(chain.text)]
    stages = [_stage(MODEL, raw, chances, token)]
    for name, (_, left) in zip(names, chain.narrowed(raw, step), strict=False):
        cut = _cut(model, step, candidates, left, known)
        stages.append(_stage(name, left, chances, token, cut))
        candidates = left
    places = top_indices(candidates.scores, min(ALTERNATIVES, len(candidates)))
    best = [raw.best(), *candidates.ids[places].tolist()]
    greedy, *alternatives = (
        _considered(model, step, raw, candidates, each, known) for each in best
    )
    return TokenTrace(stages=tuple(stages), greedy=greedy, alternatives=tuple(alternatives))


def _stage(
    name: str,
    candidates: Candidates,
    chances: ndarray,
    token: int,
    cut: tuple[Prediction, ...] = (),
) -> StageTrace:
    mass = 1.0 if candidates.whole else float(np.sum(chances[candidates.ids], dtype=np.float64))
    stands = token in candidates
    return StageTrace(
        stage=name,
        candidates=len(candidates),
        mass=mass,
        entropy=candidates.entropy(),
        rank=candidates.rank_of(token) if stands else None,
        probability=_chance(candidates, token) if stands else None,
        cut=cut,
    )


def _cut(
    model: LanguageModel, step: Step, before: Candidates, after: Candidates, known: bytes
) -> tuple[Prediction, ...]:
    """The likeliest of the tokens that stood before a stage and do not after it."""
    if len(after) == len(before):
        return ()
    removed = before.at(np.isin(before.ids, after.ids, invert=True).nonzero()[0])
    places = top_indices(removed.scores, min(CUT, len(removed)))
    return tuple(
        Prediction(id=each, text=_text(model, step, each, known), probability=_chance(before, each))
        for each in removed.ids[places].tolist()
    )


def _considered(
    model: LanguageModel, step: Step, raw: Candidates, chosen: Candidates, token: int, known: bytes
) -> Considered:
    return Considered(
        id=token,
        text=_text(model, step, token, known),
        logprob=chosen.logprob_of(token),
        raw_logprob=raw.logprob_of(token),
    )


def _text(model: LanguageModel, step: Step, token: int, known: bytes) -> str:
    return piece_text(model.tokenizer, token, step.ids[-1] if step.ids else None, known)


def _chance(candidates: Candidates, token: int) -> float:
    return float(np.exp(candidates.logprob_of(token)))
