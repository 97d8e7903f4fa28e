"""A finished model's folder says what it was made of and how, and shows what it writes."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from playground.api.training import Trainer, training_notes
from playground_train.model_card import CARD, UNKNOWN_LICENCE, model_card
from tests.train.conftest import small, trained

Make = Callable[..., Trainer]


def card_of(folder: Path) -> str:
    return (folder / CARD).read_text(encoding="utf-8")


def test_it_tells_data_loss_time_and_licence(recipe: Make, text: Path, tmp_path: Path) -> None:
    done = trained(recipe(licence="written for this test"), text, tmp_path / "tiny")[-1]
    card = card_of(tmp_path / "tiny")
    assert card.startswith("# tiny\n")
    assert f"| data | {text.name} |" in card
    assert f"`{done.data_sha256}`" in card
    assert "| licence of the text | written for this test |" in card
    assert f"{done.validation_loss:.4f} nats per token" in card
    # This text has a byte for every character, and a token for every byte.
    bits = f"{done.validation_loss / math.log(2):.3f}"
    assert f"{bits} bits per character, {bits} bits per byte" in card
    assert re.search(r"\| trained on \| .+, 1 thread \|", card)


def test_its_recipe_is_a_file_that_trains_it_again(text: Path, tmp_path: Path) -> None:
    recipe = small("gpt", steps=20)
    trained(recipe, text, tmp_path / "tiny")
    written = tomllib.loads(card_of(tmp_path / "tiny").split("```toml\n")[1].split("```")[0])
    assert written.pop("trainer") == recipe.name
    assert written == msgspec.structs.asdict(recipe)


def test_samples_are_those_of_five_seeds_and_the_same_again(text: Path, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        trained(small("char-rnn"), text, tmp_path / folder)
    one, two = (
        card_of(tmp_path / folder).partition("## What it writes") for folder in ("one", "two")
    )
    assert one[2].count("```text\n") == 5
    assert one[2] == two[2]


def test_a_run_that_was_stopped_has_none_until_it_is_over(text: Path, tmp_path: Path) -> None:
    events = small("char-rnn").train([text], tmp_path / "tiny", device="cpu")
    next(events)
    events.close()
    assert not (tmp_path / "tiny" / CARD).exists()
    trained(small("char-rnn"), text, tmp_path / "tiny", resume=True)
    assert (tmp_path / "tiny" / CARD).exists()


def test_a_sample_with_fences_stays_one_and_a_licence_that_is_not_known_is_said() -> None:
    training = {
        "trainer": "gpt",
        "recipe": {"licence": ""},
        "data": ["a", "b", "c", "d", "e"],
        "data_sha256": "0",
        "characters": 1,
    }
    card = model_card("tiny", "token", training, {}, ["```\ncode\n```"]).decode()
    assert "````text\n```\ncode\n```\n````\n" in card
    assert UNKNOWN_LICENCE in card
    assert "a, b, c and 2 more" in card


@pytest.mark.parametrize(
    ("value", "told"),
    [([1, 2, 3], "1, 2, 3"), (["a"] * 5, "a, a, a, and 2 more"), ({"a": 1}, "a 1")],
)
def test_a_list_in_the_notes_of_a_model_is_cut(value: object, told: str) -> None:
    assert training_notes({"of_it": value}) == {"of it": told}
