"""A whole request through session, engine and decoder says what transformers' `generate` says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from playground.api import Finished, GenerationRequest, Token
from playground.config import Settings
from playground.session.client import Session

PROMPT = "the cat, that sat."


@pytest.fixture
def session(tiny: tuple[Path, Any]) -> Session:
    # Its scores are compared with those that are computed here.
    return Session(Settings(model=str(tiny[0]), worker=False))


def _request(session: Session, chain: str, **options: Any) -> GenerationRequest:
    model = session.settings.model
    return GenerationRequest(prompt=PROMPT, model=model, chain=chain, **{"seed": 1, **options})


def said(session: Session, chain: str, **options: Any) -> list[list[int]]:
    """The token ids of every sequence."""
    request = _request(session, chain, **options)
    ids: list[list[int]] = [[] for _ in range(request.n)]
    for event in session.generate(request):
        if isinstance(event, Token):
            ids[event.sequence].append(event.id)
        if isinstance(event, Finished):
            assert event.error is None
    return ids


def oracle(session: Session, network: Any, tokens: int, **options: Any) -> list[int]:
    """What `generate` says after the prompt, up to and with the end of the text."""
    tokenizer = session.tokenizer(session.settings.model)
    prompt = tokenizer.encode(PROMPT)
    out = network.generate(
        torch.tensor([prompt]),
        attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
        max_new_tokens=tokens,
        do_sample=False,
        eos_token_id=sorted(tokenizer.eos_ids) or None,
        pad_token_id=0,
        **options,
    )[0, len(prompt) :].tolist()
    ends = [place for place, token in enumerate(out) if token in tokenizer.eos_ids]
    return out[: ends[0] + 1] if ends else out


def test_greedy_is_token_identical(session, tiny):
    expected = oracle(session, tiny[1], 20)
    assert said(session, "greedy", max_tokens=20) == [expected]
    assert said(session, "temperature(0) | sample", max_tokens=20) == [expected]


@pytest.mark.parametrize("width", [1, 2, 4])
def test_beam_search_is_token_identical(session, tiny, width):
    expected = oracle(session, tiny[1], 16, num_beams=width)
    assert said(session, f"beam({width})", max_tokens=16) == [expected]


def test_a_processor_in_front_is_the_same_as_in_generate(session, tiny):
    expected = oracle(session, tiny[1], 16, repetition_penalty=1.3, no_repeat_ngram_size=2)
    chain = "repetition_penalty(1.3) | no_repeat_ngram(2) | greedy"
    assert said(session, chain, max_tokens=16) == [expected]


def test_a_sequence_is_the_same_alone_in_a_batch_and_beside_other_requests(session):
    several = said(session, "sample", n=4, max_tokens=16)
    assert said(session, "sample", max_tokens=16) == several[:1]
    beside = session.generate(_request(session, "beam(3)"))
    next(beside)
    assert said(session, "sample", max_tokens=16) == several[:1]
    # Both ran under one scheduler: the beam search went on while the other was listened to.
    assert sum(isinstance(event, Token) for event in beside) > 0


def test_the_text_goes_to_the_last_position_of_the_context(session, tiny):
    tokenizer = session.tokenizer(session.settings.model)
    room = tiny[1].config.n_positions - len(tokenizer.encode(PROMPT))
    (ids,) = said(session, "greedy", max_tokens=1000)
    assert len(ids) <= room
    assert ids == oracle(session, tiny[1], room)
