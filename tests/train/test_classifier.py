"""A head that learns labels beside the language model: what it learns, stores and refuses."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file

from playground.api import InvalidInput, LanguageModel, ModelUnavailable
from playground.api.training import Prepared, Progress, Sampled, Trained
from playground.engine.labels import label
from playground_gpt import GptBackend
from playground_gpt.label_head import labelling
from playground_train import FineTuner
from playground_train.classifier_network import ClassifierNetwork
from playground_train.data.batches import IGNORED, Labelled
from tests.train.conftest import files_of, small, trained

BASES: dict[str, dict[str, Any]] = {
    "gpt2": {"vocabulary_size": 340, "width": 32},
    "gpt1": {"architecture": "gpt1", "vocabulary_size": 60},
}
GOOD, BAD = ("fine", "lovely", "great"), ("awful", "dull", "poor")
THINGS = ("film", "play", "book", "song", "plot", "cast", "joke", "end")
ROWS = [
    (f"the {thing} and the {other} are {word}", label)
    for words, label in ((GOOD, "good"), (BAD, "bad"))
    for word in words
    for thing in THINGS
    for other in THINGS
]


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A small language model of either kind."""
    place = tmp_path_factory.mktemp("bases")
    (place / "text.txt").write_text("".join(f"{text}\n" for text, _ in ROWS))
    for name, changes in BASES.items():
        made = small("gpt", **changes, dropout=0.0, steps=60, sequence_length=48)
        trained(made, place / "text.txt", place / name)
    return {name: place / name for name in BASES}


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return written(tmp_path / "rows.csv", ROWS)


def written(path: Path, rows: list[tuple[str, str]]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("review", "says"), *rows])
    return path


def tuner(base: Path, **changes: Any) -> FineTuner:
    values: dict[str, Any] = {
        "column": "review",
        "label_column": "says",
        "sequence_length": 48,
        "batch_size": 16,
        "steps": 80,
        "learning_rate": 0.02,
        "warmup_steps": 5,
        "evaluate_every": 40,
        "sample_length": 1,
        "dropout": 0.0,
    }
    return FineTuner(model=str(base), **(values | changes))


def ours(folder: Path) -> LanguageModel:
    return GptBackend().load(folder, device="cpu", dtype="float32")


@pytest.fixture(scope="module")
def classifiers(
    bases: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Path, list[Any]]]:
    place = tmp_path_factory.mktemp("classifiers")
    file = written(place / "rows.csv", ROWS)
    return {
        name: (place / name, trained(tuner(base), file, place / name))
        for name, base in bases.items()
    }


@pytest.fixture(params=list(BASES))
def made(
    request: pytest.FixtureRequest, classifiers: dict[str, tuple[Path, list[Any]]]
) -> tuple[Path, list[Any]]:
    """A trained classifier's folder, and what its run told."""
    return classifiers[request.param]


def test_it_learns_and_tells_its_accuracy_on_held_out_examples(
    made: tuple[Path, list[Any]],
) -> None:
    folder, events = made
    begun, done = events[0], events[-1]
    assert isinstance(begun, Prepared)
    assert isinstance(done, Trained)
    assert begun.guesses == "example"
    assert any(note.startswith("2 labels: bad ") for note in begun.notes)
    evaluated = [e for e in events if isinstance(e, Progress) and e.validation_loss is not None]
    assert [event.step for event in evaluated] == [40, 80]
    assert all(event.validation_bits_per_character is None for event in evaluated)
    assert done.validation_accuracy is not None
    assert done.validation_accuracy > 0.9
    card = json.loads((folder / "config.json").read_text())["training"]
    assert card["validation_accuracy"] == pytest.approx(done.validation_accuracy, abs=1e-4)
    assert card["loss_unit"] == "nats per example, on held-out text"
    told = (folder / "README.md").read_text()
    assert f"| accuracy on held-out text | {done.validation_accuracy:.2%} |" in told
    assert "labelled good" in told or "labelled bad" in told
    assert any(isinstance(event, Sampled) and "labelled" in event.text for event in events)


@pytest.mark.parametrize("kind", list(BASES))
def test_transformers_gives_the_same_logits_to_every_label(
    kind: str, classifiers: dict[str, tuple[Path, list[Any]]]
) -> None:
    folder, _ = classifiers[kind]
    theirs = transformers.AutoModelForSequenceClassification.from_pretrained(
        folder, dtype=torch.float32
    )
    assert type(theirs).__name__.endswith("ForSequenceClassification")
    assert theirs.config.id2label == {0: "bad", 1: "good"}
    model = ours(folder)
    closing = json.loads((folder / "config.json").read_text())["text_classification"]["closing"]
    assert len(closing) == (kind == "gpt2")  # a GPT-1 that learned its own words has no newline
    for text in ("the film and the joke are dull", "the end is great", "x"):
        found = label(model, text)
        with torch.no_grad():
            logits = theirs(torch.tensor([[*model.tokenizer.encode(text), *closing]])).logits[0]
        wanted = torch.log_softmax(logits, -1).tolist()
        assert [found.logprobs["bad"], found.logprobs["good"]] == pytest.approx(wanted, abs=1e-3)
        assert found.scores[found.label] == max(found.scores.values())
        assert sum(found.scores.values()) == pytest.approx(1)


def test_it_still_writes_text_for_this_program_and_transformers(
    made: tuple[Path, list[Any]],
) -> None:
    folder, _ = made
    model = ours(folder)
    theirs = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    from playground.api import Read

    ids = tuple(model.tokenizer.encode("the film"))
    (reading,) = model.read([Read(model.start(), ids)])
    with torch.no_grad():
        logits = theirs(torch.tensor([ids])).logits[0].numpy()
    np.testing.assert_allclose(reading.logits, logits, atol=2e-3)


@pytest.mark.parametrize("decoder", ["auto", "torch"])
def test_both_decoders_label_alike_and_the_card_names_the_labels(
    decoder: str, classifiers: dict[str, tuple[Path, list[Any]]]
) -> None:
    folder, _ = classifiers["gpt2"]
    model = GptBackend().load(folder, device="cpu", dtype="float32", decoder=decoder)
    assert label(model, "the film and the play are lovely").label == "good"
    assert label(model, "the film and the play are awful").label == "bad"
    card = GptBackend().card(folder)
    assert card.notes["labels"] == "bad, good"
    assert card.parameters == sum(card.modules.values())
    assert "unused tensors" not in card.notes


def test_the_loss_is_that_of_labels_and_the_share_of_that_of_tokens(
    classifiers: dict[str, tuple[Path, list[Any]]],
) -> None:
    from playground_gpt.architecture import parse
    from playground_train.gpt_network import GptNetwork

    folder, _ = classifiers["gpt2"]
    architecture = parse(json.loads((folder / "config.json").read_text()), "here")
    torch.manual_seed(3)
    network = ClassifierNetwork(GptNetwork(architecture, 0.0), 2, 0.5)
    examples = [np.array(ids, np.int32) for ids in ([1, 2, 3, 4, 5], [6, 7], [8])]
    batch = Labelled(examples, np.array([0, 1, 1]), 3, 0).chosen(np.arange(3))
    inputs, targets, labels = map(torch.from_numpy, (batch.inputs, batch.targets, batch.labels))
    assert batch.counted == 3
    wanted = 0.0
    for ids, name in zip(examples, (0, 1, 1), strict=True):
        hidden = network.gpt.hidden(torch.from_numpy(ids).long()[None])[0]
        wanted -= network.score(hidden[-1]).log_softmax(-1)[name].item()
        if len(ids) > 1:
            spoken = (hidden[:-1] @ network.gpt.head.T).log_softmax(-1)
            chosen = spoken[torch.arange(len(ids) - 1), torch.from_numpy(ids[1:]).long()]
            wanted -= 0.5 * chosen.mean().item()
    assert network(inputs, targets, labels).item() == pytest.approx(wanted, rel=1e-4)
    network.lm_weight = 0.0
    assert network(inputs, targets, labels).item() < wanted
    assert (batch.targets == IGNORED).sum() == 15 - 4 - 1


def test_it_resumes_to_the_same_bytes(bases: dict[str, Path], rows: Path, tmp_path: Path) -> None:
    recipe = tuner(bases["gpt2"], dropout=0.1, average=0.9, steps=40, evaluate_every=10)
    trained(recipe, rows, tmp_path / "whole")
    running = recipe.train([rows], tmp_path / "broken", device="cpu")
    while not (isinstance(event := next(running), Progress) and event.step == 20):
        pass
    del running
    trained(recipe, rows, tmp_path / "broken", resume=True)
    assert files_of(tmp_path / "broken") == files_of(tmp_path / "whole")


def test_with_adapters_it_learns(bases: dict[str, Path], rows: Path, tmp_path: Path) -> None:
    done = trained(
        tuner(bases["gpt2"], lora_rank=4, learning_rate=0.01, steps=160), rows, tmp_path / "out"
    )[-1]
    assert isinstance(done, Trained)
    assert done.validation_accuracy is not None
    assert done.validation_accuracy > 0.9


def test_over_frozen_layers_the_head_alone_learns(
    bases: dict[str, Path], rows: Path, tmp_path: Path
) -> None:
    recipe = tuner(bases["gpt2"], freeze_layers=1, steps=3, stored_dtype="float32")
    trained(recipe, rows, tmp_path / "out")
    before = load_file(bases["gpt2"] / "model.safetensors")
    after = load_file(tmp_path / "out" / "model.safetensors")
    same = {name for name, tensor in before.items() if torch.equal(tensor.float(), after[name])}
    assert set(before) - same == {"transformer.ln_f.weight", "transformer.ln_f.bias"}


def test_a_classifier_can_go_on_as_a_language_model_and_as_another_classifier(
    classifiers: dict[str, tuple[Path, list[Any]]], tmp_path: Path
) -> None:
    folder, _ = classifiers["gpt2"]
    (tmp_path / "text.txt").write_text("the film is fine\n" * 60)
    plain = tuner(folder, label_column="", steps=2, sequence_length=16, batch_size=2)
    trained(plain, tmp_path / "text.txt", tmp_path / "plain")
    model = ours(tmp_path / "plain")
    assert model.label_head is None  # type: ignore[attr-defined]
    with pytest.raises(InvalidInput, match="no head that labels texts"):
        label(model, "the film is fine")
    numbered = [(text, str(len(text) % 3)) for text, _ in ROWS]
    trained(tuner(folder, steps=2), written(tmp_path / "n.csv", numbered), tmp_path / "other")
    assert set(label(ours(tmp_path / "other"), "the film").scores) == {"0", "1", "2"}


def test_labels_come_from_jsonl_too_as_words_or_numbers(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "rows.jsonl"
    lines = [json.dumps({"review": text, "says": int(says == "good")}) for text, says in ROWS]
    path.write_text("\n".join(lines))
    trained(tuner(bases["gpt2"], steps=1, prefix="Q: "), path, tmp_path / "out")
    found = labelling(json.loads((tmp_path / "out" / "config.json").read_text()), "here")
    assert found is not None
    assert (found.labels, found.prefix) == (("0", "1"), "Q: ")


Change = Callable[[list[tuple[str, str]]], list[tuple[str, str]]]


@pytest.mark.parametrize(
    ("changes", "rows_of", "told"),
    [
        ({"label_column": "tone"}, list, "has no column 'tone'; its first line names review, says"),
        (
            {},
            lambda rows: [(text, "good") for text, _ in rows],
            "384 examples have the label 'good'",
        ),
        ({}, lambda rows: [*rows, ("x", "")], "line 386 has no label in 'says'"),
        (
            {"split": "end"},
            lambda rows: [*rows, ("what", "odd")],
            "no example to train on has the label 'odd'",
        ),
        (
            {"overlong": "refuse", "sequence_length": 4},
            list,
            "more than the 3 that a sequence has room for",
        ),
        ({"sequence_length": 4}, list, "none is left to train on"),
        ({"batch_size": 1000}, list, "examples, and a batch has 1000"),
    ],
)
def test_what_cannot_be_learned_is_refused_with_the_reason(
    bases: dict[str, Path], tmp_path: Path, changes: dict[str, Any], rows_of: Change, told: str
) -> None:
    file = written(tmp_path / "rows.csv", rows_of(ROWS))
    with pytest.raises(InvalidInput) as raised:
        trained(tuner(bases["gpt2"], **changes), file, tmp_path / "out")
    assert told in raised.value.message
    assert raised.value.hint


def test_texts_without_columns_have_no_labels(bases: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("a text\n" * 50)
    with pytest.raises(InvalidInput, match="has no columns, so its texts have no labels"):
        trained(tuner(bases["gpt2"]), tmp_path / "text.txt", tmp_path / "out")


def test_a_head_whose_labels_are_not_told_is_refused(
    classifiers: dict[str, tuple[Path, list[Any]]],
) -> None:
    config = json.loads((classifiers["gpt2"][0] / "config.json").read_text())
    with pytest.raises(ModelUnavailable, match="tells no labels"):
        labelling(config | {"id2label": {"0": "bad", "7": "good"}}, "here")
