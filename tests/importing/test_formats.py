"""Each format is read with its engine's defaults and units, and what has no counterpart is named."""

import pytest

from playground.api import InvalidInput
from playground.plugins import load_plugins

PLUGINS = load_plugins()

LLAMA_DEFAULT = "top_k(40) | top_p(0.95) | min_p(0.05) | temperature(0.8) | sample"


def test_a_generation_configuration(imports):
    chain, left_out, settings = imports.json(
        {
            "do_sample": True,
            "temperature": 0.6,
            "top_p": 0.9,
            "top_k": 20,
            "eos_token_id": [1, 2],
            "max_new_tokens": 77,
            "num_return_sequences": 3,
            "watermarking_config": {"greenlist_ratio": 0.5, "bias": 1.0, "hashing_key": 7},
            "max_length": 512,
        },
        "generation_config.json",
    )
    assert chain == (
        "temperature(0.6) | top_k(20, ties='keep') | top_p(0.9)"
        " | watermark('lefthash', ratio=0.5, bias=1.0, key=7) | sample"
    )
    assert settings == {"max_tokens": 77, "n": 3}
    assert left_out.keys() == {"max_length"}


def test_without_do_sample_transformers_is_greedy_and_ignores_what_only_sampling_uses(imports):
    chain, left_out, _ = imports.json({"temperature": 0.6, "eos_token_id": 1}, "g.json")
    assert chain == "greedy"
    assert left_out == {"temperature": "transformers ignores it without do_sample"}
    beams = {"num_beams": 3, "length_penalty": 0.5, "early_stopping": True, "top_k": 0}
    assert imports.json(beams, "b.json")[0] == (
        "beam(width=3, length_penalty=0.5, early_stopping=true)"
    )


def test_flags_of_llama_cpp_with_its_defaults(imports):
    assert imports.flags("")[0] == LLAMA_DEFAULT
    chain, left_out, settings = imports.flags(
        "llama-cli -m x.gguf -p 'It was' --temp=0.5 --top-k 0 --top-p 1 --min-p 0 --seed 3 -n 20"
        " --repeat-penalty 1.1 --repeat-last-n 32 --dynatemp-range 0.2 -l 15043-1 -l 7+2.5 -r USER:"
    )
    assert chain == (
        "logit_bias({15043: -1.0, 7: 2.5}) | repetition_penalty(1.1, scope='all', last=32)"
        " | dynamic_temperature(0.3, high=0.7, exponent=1.0) | sample"
    )
    assert settings == {"seed": 3, "max_tokens": 20, "stop": ["USER:"]}
    assert left_out.keys() == {"-m", "-p"}


def test_llama_cpps_own_order_of_samplers(imports):
    flags = "--samplers 'temperature;top_k;penalties' --top-k 9 --presence-penalty 1 --min-p 0.2"
    chain, left_out, _ = imports.flags(flags)
    assert chain == (
        "temperature(0.8) | top_k(9) | presence_penalty(1, scope='all', last=64) | sample"
    )
    assert left_out.keys() == {"min_p"}
    assert imports.flags("--sampler-seq tk")[0] == "temperature(0.8) | top_k(40) | sample"


def test_a_constraint_of_llama_cpp(imports):
    chain, _, _ = imports.flags("""--grammar 'root ::= "a" | "b"' --top-k 1""")
    assert chain.startswith("""grammar('root ::= "a" | "b"') | top_k(1) | """)


def test_a_preset_of_text_generation_webui_with_its_units_and_ranges(imports):
    preset = """
temperature: 1.5
min_p: 0.05
epsilon_cutoff: 3
repetition_penalty: 1.1
smoothing_factor: 0.2
dry_multiplier: 0.8
guidance_scale: 1.5
"""
    chain, left_out, _ = imports.text(preset, "p.yaml")
    assert chain == (
        "repetition_penalty(1.1, scope='all', last=1024)"
        " | dry(0.8, base=1.75, allowed=2, breakers=['\\n', ':', '\"', '*'])"
        " | temperature(1.5) | quadratic(0.2, curve=1) | epsilon(0.0003) | min_p(0.05) | sample"
    )
    assert left_out.keys() == {"guidance_scale"}


def test_temperature_last_and_a_priority_of_its_own(imports):
    preset = "temperature: 2\nmin_p: 0.1\ntop_k: 5\n"
    last, _, _ = imports.text(preset + "temperature_last: true\n", "a.yaml")
    assert last == "top_k(5, ties='keep') | min_p(0.1) | temperature(2) | sample"
    priority = "sampler_priority:\n- min_p\n- temperature\n- top_k\n"
    own, _, _ = imports.text(preset + priority, "b.yaml")
    assert own == "min_p(0.1) | temperature(2) | top_k(5, ties='keep') | sample"


def test_a_request_to_a_completions_api(imports):
    chain, left_out, settings = imports.json(
        {
            "model": "x",
            "prompt": "It was",
            "temperature": 0.3,
            "presence_penalty": 0.5,
            "logit_bias": {"5": -100},
            "max_tokens": 12,
            "stop": "\n",
            "tools": [],
        }
    )
    assert chain == "logit_bias({5: -100}) | presence_penalty(0.5) | temperature(0.3) | sample"
    assert settings == {"max_tokens": 12, "stop": ["\n"]}
    assert left_out == {"tools": "has no counterpart here"}


def test_constraints_of_a_request(imports):
    schema = {"type": "integer"}
    form = {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}}
    assert imports.json({"response_format": form})[0] == (
        "json_schema({'type': 'integer'}) | sample"
    )
    assert imports.json({"guided_choice": ["a", "b"]})[0] == "choices(['a', 'b']) | sample"
    assert imports.json({"guided_regex": "[0-9]+"})[0] == "regex('[0-9]+') | sample"


@pytest.mark.parametrize(
    ("flags", "strategy"),
    [
        ("--mirostat 1 --mirostat-ent 4", "mirostat_v1(tau=4.0, eta=0.1, surprise='renormalised')"),
        ("--mirostat 2 --mirostat-lr 0.3", "mirostat(tau=5.0, eta=0.3, surprise='renormalised')"),
    ],
)
def test_mirostat_of_llama_cpp_stands_behind_the_temperature_alone(imports, flags, strategy):
    name = strategy.partition("(")[0]
    chain, left_out, _ = imports.flags(f"{flags} --top-k 5 --typical 0.9 --temp 0.7")
    assert left_out.pop("typical") == "llama.cpp ignores it beside --mirostat"
    if name in PLUGINS.strategies:
        assert (chain, left_out) == (f"temperature(0.7) | {strategy}", {})
    else:
        assert chain == "temperature(0.7) | sample"
        assert f"there is no strategy or processor {name!r}" in left_out[name]


def test_a_value_that_cannot_be_is_named_and_the_rest_is_kept(imports):
    chain, left_out, _ = imports.json({"temperature": -3, "top_p": 0.5})
    assert chain == "top_p(0.5) | sample"
    assert "t must be float at least 0, not -3" in left_out["temperature"]


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("[1]", "a.json", "holds no parameters by name"),
        ("{", "a.json", "are no JSON"),
        ("a: [", "a.yaml", "is no YAML"),
        ('{"top_k": "many"}', "a.json", "cannot read"),
        ("--logit-bias 5", "a.txt", "is not TOKEN_ID"),
        ("--temp 'x", "a.txt", "cannot be read"),
        ("--top-k 5 --temp", "a.txt", "--temp needs a value"),
        ("--temp warm", "a.txt", "cannot read these flags"),
    ],
)
def test_what_is_no_parameter_set_is_an_error(imports, text, name, said):
    with pytest.raises(InvalidInput, match=said):
        imports.text(text, name)
