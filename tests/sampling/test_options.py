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
        "dynamic_temperature",
        "edt",
        "quadratic",
        "top_k",
        "top_p",
        "min_p",
        "typical",
        "top_a",
        "epsilon",
        "eta",
        "top_n_sigma",
        "p_less",
        "tail_free",
        "top_h",
        "min_k",
        "xtc",
        "repetition_penalty",
        "presence_penalty",
        "frequency_penalty",
        "encoder_repetition",
        "dry",
        "no_repeat_ngram",
        "bad_words",
        "suppress",
        "allow",
        "logit_bias",
        "sequence_bias",
        "min_new_tokens",
        "length_decay",
        "forced_bos",
        "forced_eos",
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
        ("dynamic_temperature", "low", -0.1),
        ("dynamic_temperature", "exponent", 0),
        ("edt", "theta", -1),
        ("quadratic", "factor", -0.1),
        ("quadratic", "curve", 0.5),
        ("top_k", "ties", "both"),
        ("top_a", "a", 1.1),
        ("epsilon", "epsilon", 1),
        ("eta", "epsilon", -0.1),
        ("top_n_sigma", "n", 0),
        ("p_less", "normalized", 2),
        ("tail_free", "z", 1.5),
        ("top_h", "h", 0),
        ("top_h", "among", 0),
        ("min_k", "tau", -1),
        ("xtc", "threshold", 2),
        ("xtc", "probability", -1),
        ("repetition_penalty", "scope", "prompt"),
        ("presence_penalty", "last", -1),
        ("encoder_repetition", "penalty", 0),
        ("dry", "multiplier", -1),
        ("dry", "base", 0.9),
        ("dry", "allowed", 0),
        ("bad_words", "words", 3),
        ("suppress", "tokens", 1.5),
        ("allow", "tokens", {}),
        ("sequence_bias", "biases", {"a": 101}),
        ("min_new_tokens", "n", -1),
        ("length_decay", "factor", 0),
        ("forced_bos", "tokens", None),
        ("forced_eos", "n", 0),
    ],
)
def test_a_value_out_of_range_names_the_option(name, option, value):
    needed = {o.name: 1 for o in options_of(PROCESSORS[name]) if o.required}
    with pytest.raises(InvalidInput, match=f"{name}: {option} must be"):
        build(PROCESSORS[name], needed | {option: value})


def test_listing_loads_no_numerical_library():
    code = (
        "import sys, playground_sampling as p, playground_search as s;"
        "p.register_processors(), p.register_strategies(), s.register_strategies();"
        "print([m for m in ('numpy', 'torch', 'transformers') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
