"""Scores, labels and predictions through the project's own GPT-2, against transformers on the same folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from playground.api import Prompt
from playground.engine.labels import classify
from playground.engine.predictions import next_tokens
from playground.engine.scoring import score

DATA = Path(os.environ.get("PLAYGROUND_DATA", Path(__file__).parents[3] / "shared" / "data"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A random GPT-2 of GPT-2's vocabulary, one layer and a context of 64."""
    source = DATA / "tokenizers" / "gpt2"
    if not source.is_dir():
        pytest.skip(f"needs {source}")
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(1)
    config = GPT2Config(n_positions=64, n_embd=16, n_layer=1, n_head=2, initializer_range=0.3)
    folder = tmp_path_factory.mktemp("gpt2")
    GPT2LMHeadModel(config).save_pretrained(folder)
    for file in source.iterdir():
        (folder / file.name).symlink_to(file)
    return folder


@pytest.fixture(scope="module")
def ours(folder):
    from playground_gpt.backend import GptBackend

    return GptBackend().load(folder, device="cpu", dtype="float32")


@pytest.fixture(scope="module")
def oracle(folder):
    from transformers import GPT2LMHeadModel

    return GPT2LMHeadModel.from_pretrained(folder).eval()


def log_softmax(oracle, ids: list[int]):
    import torch

    with torch.inference_mode():
        return oracle(torch.tensor([ids])).logits[0].log_softmax(-1)


def test_loss(ours, oracle):
    import torch

    ids = ours.tokenizer.encode("The fox and the grapes: she had to jump high in the air.")
    batch = torch.tensor([ids])

    assert score(ours, ids).loss == pytest.approx(oracle(batch, labels=batch).loss.item(), abs=1e-4)


def test_labels_of_one_and_of_several_tokens(ours, oracle):
    labels = {"Negative": " Negative", "Positive": " Positive", "neither": " neither of both"}
    result = classify(ours, Prompt(text="Text: so bad.\nSentiment:", labels=labels))

    before = ours.tokenizer.encode("Text: so bad.\nSentiment:")
    for name, text in labels.items():
        ids = before + ours.tokenizer.encode(text)
        rows = log_softmax(oracle, ids)
        expected = sum(rows[at - 1, ids[at]].item() for at in range(len(before), len(ids)))
        assert result.logprobs[name] == pytest.approx(expected, abs=1e-3)


def test_next_tokens(ours, oracle):
    ids = ours.tokenizer.encode("high in the")
    expected = log_softmax(oracle, ids)[-1].exp().topk(4)

    found = next_tokens(ours, ids, 4)

    assert [token.id for token in found] == expected.indices.tolist()
    assert [token.probability for token in found] == pytest.approx(
        expected.values.tolist(), rel=1e-3
    )


def test_a_text_longer_than_the_context(ours):
    ids = ours.tokenizer.encode("a fox " * 100)
    result = score(ours, ids)

    assert result.tokens == len(ids) - 1
    assert result.windows > 1
