"""What a GPT's training leaves behind: a folder that transformers and this program both load."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers

from playground.api import InvalidInput, LanguageModel, ModelUnavailable, Read
from playground.api.training import Prepared, Sampled, Trained
from playground_gpt import GptBackend
from playground_train import FineTuner
from tests.train.conftest import TEXT, files_of, small, trained

KINDS: dict[str, dict[str, Any]] = {
    "bytes": {},
    "bpe": {"vocabulary_size": 290},
    "gpt1": {"architecture": "gpt1", "vocabulary_size": 60},
}
PROMPT = "the quick brown fox"


@pytest.fixture(scope="module", params=list(KINDS))
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained model of each kind, whose path is that of its folder."""
    place = tmp_path_factory.mktemp(request.param)
    text = place / "text.txt"
    text.write_text(TEXT)
    # Long enough to know the text by heart.
    made = small("gpt", **KINDS[request.param], dropout=0.0, steps=80, layers=2, sequence_length=32)
    trained(made, text, place / "out")
    return place / "out"


def ours(folder: Path) -> LanguageModel:
    return GptBackend().load(folder, device="cpu", dtype="float32")


def test_transformers_computes_the_same_logits_from_it(folder: Path) -> None:
    model = ours(folder)
    ids = model.tokenizer.encode(PROMPT)[:16]
    (reading,) = model.read([Read(model.start(), tuple(ids))])
    theirs = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    with torch.no_grad():
        logits = theirs(torch.tensor([ids])).logits[0]
    np.testing.assert_allclose(reading.logits, logits.numpy(), atol=2e-4)


def test_transformers_reads_the_same_tokens(folder: Path) -> None:
    theirs = transformers.AutoTokenizer.from_pretrained(folder)
    for text in (PROMPT, "Fox, dog.\nnaïve 🦊"):
        assert theirs(text)["input_ids"] == ours(folder).tokenizer.encode(text)


def test_bytes_and_byte_level_tokens_know_every_text(folder: Path) -> None:
    tokenizer = ours(folder).tokenizer
    if folder.parent.name.startswith("gpt1"):
        pytest.skip("GPT-1 lower-cases, and has a token for what is unknown")
    text = "naïve 🦊\n\t日本"
    ids = [None, *tokenizer.encode(text)]
    pieces = [tokenizer.piece(b, a) for a, b in pairwise(ids)]
    assert b"".join(pieces).decode() == text
    assert tokenizer.eos_ids == {tokenizer.vocabulary_size - 1}


def test_its_card_tells_recipe_data_and_the_loss_of_what_is_stored(folder: Path) -> None:
    card = json.loads((folder / "config.json").read_text())["training"]
    assert card["trainer"] == "gpt"
    assert card["recipe"]["seed"] == 1
    assert card["data"] == ["text.txt"]
    assert card["validation_loss"] < 3


def test_the_last_checkpoint_is_a_model_too(folder: Path) -> None:
    (last,) = (path for path in (folder / "trainer").iterdir() if path.is_dir())
    assert ours(last).tokenizer.vocabulary_size == ours(folder).tokenizer.vocabulary_size


def test_it_can_be_fine_tuned_and_is_better_on_the_new_text(folder: Path, tmp_path: Path) -> None:
    jokes = tmp_path / "jokes.csv"
    jokes.write_text("ID,Joke\n" + "".join(f"{i},the fox number {i}\n" for i in range(200)))
    recipe = FineTuner(
        model=str(folder),
        column="Joke",
        prefix="j: ",
        sequence_length=32,
        batch_size=4,
        steps=40,
        learning_rate=0.01,
        warmup_steps=0,
        evaluate_every=1,
        sample_length=20,
        dropout=0.0,
    )
    events = list(recipe.train([jokes], tmp_path / "out", device="cpu"))
    assert isinstance(events[0], Prepared)
    assert events[0].texts == 200
    losses = [e.validation_loss for e in events if getattr(e, "validation_loss", None)]
    assert losses[-1] < losses[0] - 0.5
    assert any(isinstance(e, Sampled) and e.text for e in events)
    tuned = GptBackend().load(tmp_path / "out", device="cpu", dtype="float32")
    assert tuned.tokenizer.encode(PROMPT) == ours(folder).tokenizer.encode(PROMPT)


def fine_tuner(folder: Path, **changes: Any) -> FineTuner:
    values = {"sequence_length": 16, "batch_size": 2, "steps": 3, "sample_length": 0}
    return FineTuner(model=str(folder), **{**values, **changes})


def test_frozen_layers_stay_as_they_were(folder: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text(TEXT[::-1])
    done = trained(
        fine_tuner(
            folder, freeze_layers=1, stored_dtype="float16", learning_rate=0.1, warmup_steps=0
        ),
        text,
        tmp_path / "out",
    )[-1]
    assert isinstance(done, Trained)
    before, after = (
        transformers.AutoModelForCausalLM.from_pretrained(place).state_dict()
        for place in (folder, tmp_path / "out")
    )
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed
    assert all(".h.1." in name or "ln_f" in name for name in changed)


def test_low_rank_adapters_alone_learn_and_are_merged(folder: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("the lazy dog jumps over the quick brown fox.\n" * 60)
    made = fine_tuner(
        folder, lora_rank=2, learning_rate=0.01, warmup_steps=0, steps=40, evaluate_every=1
    )
    events = trained(made, text, tmp_path / "out")
    losses = [e.validation_loss for e in events if getattr(e, "validation_loss", None)]
    assert min(losses) < losses[0] - 0.1
    before, after = (
        transformers.AutoModelForCausalLM.from_pretrained(place).state_dict()
        for place in (folder, tmp_path / "out")
    )
    assert before.keys() == after.keys()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed == {
        name for name in before if name.endswith(("attn.weight", "proj.weight", "fc.weight"))
    }
    # As stored is as measured: nothing is added twice.
    assert losses[-1] == pytest.approx(min(losses), abs=0.02)


def test_adapters_resume_to_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text(TEXT)
    changes = {"lora_rank": 2, "steps": 6, "evaluate_every": 3, "report_every": 1}
    trained(fine_tuner(folder, **changes), text, tmp_path / "whole")
    running = fine_tuner(folder, **changes).train([text], tmp_path / "parts", device="cpu")
    while getattr(next(running), "step", 0) != 4:
        pass
    running.close()
    trained(fine_tuner(folder, **changes), text, tmp_path / "parts", resume=True)
    assert files_of(tmp_path / "parts") == files_of(tmp_path / "whole")


def test_sequences_longer_than_the_model_sees_are_refused(folder: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text(TEXT)
    with pytest.raises(InvalidInput, match="sees 32 tokens, and sequences have 33"):
        trained(fine_tuner(folder, sequence_length=33), text, tmp_path / "out")
    with pytest.raises(InvalidInput, match="has 2 layers, and 3 are to be frozen"):
        trained(fine_tuner(folder, freeze_layers=3), text, tmp_path / "out")


@pytest.mark.parametrize("overlong", ["drop", "cut", "refuse"])
def test_examples_longer_than_a_sequence_are_dropped_cut_or_refused(
    folder: Path, tmp_path: Path, overlong: str
) -> None:
    jokes = tmp_path / "jokes.csv"
    lines = [f"fox {i}" for i in range(60)] + [
        "a very long joke that is longer than sixteen tokens " * 4
    ]
    jokes.write_text("text\n" + "\n".join(lines) + "\n")
    recipe = fine_tuner(folder, overlong=overlong)
    if overlong == "refuse":
        with pytest.raises(InvalidInput, match="more than the 17 that a sequence has room for"):
            trained(recipe, jokes, tmp_path / "out")
        return
    prepared = trained(recipe, jokes, tmp_path / "out")[0]
    assert isinstance(prepared, Prepared)
    done = {"drop": "dropped", "cut": "cut"}[overlong]
    assert prepared.notes == (f"1 examples longer than 16 tokens were {done}",)


def test_a_char_rnn_and_no_model_cannot_be_fine_tuned(text: Path, tmp_path: Path) -> None:
    trained(small("char-rnn", steps=1), text, tmp_path / "rnn")
    with pytest.raises(ModelUnavailable, match="only GPT-1 and GPT-2 can be fine-tuned"):
        trained(fine_tuner(tmp_path / "rnn"), text, tmp_path / "out")
    with pytest.raises(ModelUnavailable, match=r"holds no config\.json"):
        trained(fine_tuner(tmp_path / "nowhere"), text, tmp_path / "out")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"heads": 3}, "a width of 16 cannot be divided among 3 heads"),
        ({"context_length": 4}, "sees 4 tokens cannot read sequences of 8"),
        ({"vocabulary_size": 100}, "has no room for all bytes"),
        ({"architecture": "gpt1", "vocabulary_size": 9}, "more than 9 tokens"),
    ],
    ids=str,
)
def test_a_shape_that_cannot_be_is_refused(
    text: Path, tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        trained(small("gpt", **changes), text, tmp_path / "out")
    assert told in raised.value.message


def test_a_text_shorter_than_a_batch_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("too short a text to train on")
    with pytest.raises(InvalidInput, match=r"one batch reads 33 \(4 rows of 8\)"):
        trained(small("gpt"), tmp_path / "text.txt", tmp_path / "out")
