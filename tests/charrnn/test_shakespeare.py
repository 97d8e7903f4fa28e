"""The model that ships with the playground."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from playground_charrnn import MODELS, CharRnnBackend, register_models
from playground_charrnn.checkpoint import load_weights, stored_dtype
from playground_charrnn.config import load_config
from playground_charrnn.evaluation import log_softmax, sample, validation_loss
from playground_charrnn.network import Network
from playground_charrnn.vocabulary import Vocabulary

FOLDER = MODELS / "shakespeare-rnn"


@pytest.fixture(scope="module")
def network() -> Network:
    config = load_config(FOLDER)
    return Network(config, load_weights(FOLDER, config))


def test_is_registered_by_name() -> None:
    assert [(source.name, source.folder) for source in register_models()] == [
        ("shakespeare-rnn", FOLDER)
    ]
    assert CharRnnBackend().card(FOLDER).parameters > 1_000_000


def test_is_small_and_knows_any_prompt_in_ascii() -> None:
    config = load_config(FOLDER)
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 7_000_000
    assert sorted(path.name for path in FOLDER.iterdir()) == [
        "README.md",
        "config.json",
        "model.safetensors",
    ]
    assert stored_dtype(FOLDER, config) == "float16"
    assert Vocabulary(config.vocabulary) == Vocabulary.printable()


def test_its_card_names_recipe_data_and_a_low_loss() -> None:
    card = load_config(FOLDER).training
    assert card["trainer"] == "char-rnn"
    assert card["recipe"]["seed"] == 1
    assert card["data"] == ["tinyshakespeare.txt"]
    assert card["validation_loss"] <= 1.46


def test_the_loss_in_its_card_is_true(network: Network, shakespeare: Path) -> None:
    card = network.config.training
    content = shakespeare.read_bytes()
    assert hashlib.sha256(content).hexdigest() == card["data_sha256"]
    text = content.decode()
    share = int(len(text) * card["recipe"]["validation_share"])
    ids = Vocabulary(network.config.vocabulary).encode(text[-share:]).ids
    held_out = np.array(ids)
    assert validation_loss(network, held_out) == pytest.approx(card["validation_loss"], abs=1e-3)


def test_the_loss_is_that_of_reading_in_one_stream(network: Network, shakespeare: Path) -> None:
    vocabulary = Vocabulary(network.config.vocabulary)
    ids = np.array(vocabulary.encode(shakespeare.read_text()[-4000:]).ids)
    outputs, _ = network.read(network.start(1), [ids[:-1].tolist()])
    scores = log_softmax(network.logits(outputs[0]))
    one_stream = -scores[np.arange(len(ids) - 1), ids[1:]].mean()
    assert validation_loss(network, ids) == pytest.approx(one_stream, abs=5e-3)


def test_writes_lines_of_words(network: Network) -> None:
    text = sample(network, 400, seed=1)
    assert "\n" in text
    assert 3 < np.mean([len(word) for word in text.split()]) < 8
