"""The names that chains use, and what a value out of range gets."""

import subprocess
import sys

import pytest

import playground_sampling
from playground.api import InvalidInput
from playground.api.options import build, name_of, options_of, summary_of

PROCESSORS = {name_of(cls): cls for cls in playground_sampling.register_processors()}
STRATEGIES = {name_of(cls): cls for cls in playground_sampling.register_strategies()}


def test_the_names():
    assert [*PROCESSORS] == [
        "temperature",
        "top_k",
        "top_p",
        "min_p",
        "typical",
        "repetition_penalty",
        "presence_penalty",
        "frequency_penalty",
        "no_repeat_ngram",
        "logit_bias",
        "hf",
    ]
    assert [*STRATEGIES] == ["sample", "greedy"]
    assert STRATEGIES["sample"].aliases == ("multinomial",)
    assert STRATEGIES["greedy"].deterministic


@pytest.mark.parametrize("cls", [*PROCESSORS.values(), *STRATEGIES.values()])
def test_everything_says_what_it_is(cls):
    assert 20 < len(summary_of(cls)) < 120
    assert all(option.help for option in options_of(cls))


@pytest.mark.parametrize(
    ("name", "option", "value"),
    [
        ("temperature", "t", -1),
        ("temperature", "t", float("nan")),
        ("temperature", "t", float("inf")),
        ("top_k", "k", 0),
        ("top_k", "k", 2.5),
        ("top_p", "p", 1.01),
        ("top_p", "p", -0.1),
        ("min_p", "p", 2),
        ("typical", "p", 0),
        ("repetition_penalty", "penalty", 0),
        ("presence_penalty", "penalty", 3),
        ("frequency_penalty", "penalty", -3),
        ("no_repeat_ngram", "n", 0),
        ("logit_bias", "biases", 3),
    ],
)
def test_a_value_out_of_range_names_the_option(name, option, value):
    with pytest.raises(InvalidInput, match=f"{name}: {option} must be"):
        build(PROCESSORS[name], {option: value})


def test_listing_loads_no_numerical_library():
    code = (
        "import sys, playground_sampling as p, playground_search as s;"
        "p.register_processors(), p.register_strategies(), s.register_strategies();"
        "print([m for m in ('numpy', 'torch', 'transformers') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
