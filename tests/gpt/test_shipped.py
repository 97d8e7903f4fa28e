"""The GPTs in the box: small, with a card each, and the same in transformers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch

from playground.api import Read
from playground_gpt import MODELS, GptBackend, register_models

SHIPPED = sorted(path.name for path in MODELS.iterdir())
ALL_BYTES = 30_000_000


@pytest.fixture(params=SHIPPED)
def folder(request) -> Path:
    return MODELS / request.param


def test_they_ship_under_the_names_of_their_folders():
    named = {source.name: source.folder for source in register_models() if source.folder}
    assert named == {name: MODELS / name for name in SHIPPED}


def test_all_models_in_the_box_are_small():
    root = MODELS.parents[2]
    files = (path for path in root.glob("plugins/*/models/**/*") if path.is_file())
    assert sum(path.stat().st_size for path in files) < ALL_BYTES


def test_it_computes_what_transformers_does(folder):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = GptBackend().load(folder, device="cpu", dtype="float32")
    ids = model.tokenizer.encode("It was a bright cold day in April, and the clocks were striking.")
    assert (
        ids
        == AutoTokenizer.from_pretrained(folder)(
            "It was a bright cold day in April, and the clocks were striking."
        )["input_ids"]
    )
    oracle = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    with torch.no_grad():
        wanted = oracle(torch.tensor([ids])).logits[0].numpy()
    (reading,) = model.read([Read(model.start(), tuple(ids), logits_to_keep=len(ids))])
    assert np.abs(reading.logits - wanted).max() < 1e-3


def test_it_says_words_of_english(folder):
    card = (folder / "README.md").read_text(encoding="utf-8")
    samples = card.partition("## What it writes")[2]
    words = re.findall(r"[a-z']+", samples.lower())
    assert (
        sum(word in ("the", "and", "of", "to", "a", "i", "in") for word in words) > len(words) / 8
    )


def test_its_card_says_all_that_was_asked_of_it(folder):
    card = (folder / "README.md").read_text(encoding="utf-8")
    training = json.loads((folder / "config.json").read_text())["training"]
    assert training["data_sha256"] in card
    assert f"{training['validation_loss']:.4f} nats per token" in card
    assert re.search(r"[0-9.]+ bits per byte", card)
    assert "| licence of the text | public domain" in card
    assert re.search(r"\| time of the steps \| [0-9,.]+ minutes \|", card)
    assert "| trained on | " in card
    assert 'trainer = "gpt"' in card
    assert card.count("```text\n") == 5
