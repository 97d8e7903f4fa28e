"""A chain in an engine's order does what that engine does: with transformers, number by number."""

import numpy as np
import pytest
import torch
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.api import Candidates
from playground.chain_stages import build_stages
from playground.chain_syntax import parse
from playground.plugins import load_plugins
from playground.session.importing import transformers as reader
from playground.session.importing.orders import ALWAYS, ENGINES, ORDERS, chain_of
from playground.testing import step_after

PLUGINS = load_plugins()
SIZE = 60
CONFIG = transformers.GPT2Config(
    vocab_size=SIZE, n_embd=8, n_layer=1, n_head=1, n_positions=32, bos_token_id=58, eos_token_id=59
)
OPTIONS = {
    "temperature": st.sampled_from([0.5, 1.0, 1.7]),
    "top_k": st.sampled_from([0, 5, 30]),
    "top_p": st.sampled_from([0.5, 0.9, 1.0]),
    "min_p": st.sampled_from([0.0, 0.02, 0.2]),
    "typical_p": st.sampled_from([0.6, 0.95, 1.0]),
    "epsilon_cutoff": st.sampled_from([0.0, 0.01]),
    "eta_cutoff": st.sampled_from([0.0, 0.05]),
    "repetition_penalty": st.sampled_from([0.8, 1.0, 1.4]),
    "no_repeat_ngram_size": st.sampled_from([0, 2]),
    "min_new_tokens": st.sampled_from([0, 8]),
    "suppress_tokens": st.sampled_from([None, [3, 4]]),
    "begin_suppress_tokens": st.sampled_from([None, [5]]),
    "bad_words_ids": st.sampled_from([None, [[7], [1, 9]]]),
    "exponential_decay_length_penalty": st.sampled_from([None, [2, 1.3]]),
}


def oracle(values, ids, prompt_length, scores):
    """What `generate` would make of the scores."""
    torch.manual_seed(0)
    model = transformers.GPT2LMHeadModel(CONFIG)
    config = transformers.GenerationConfig(do_sample=True, eos_token_id=59, **values)
    config, _ = model._prepare_generation_config(config)
    model._prepare_special_tokens(config, device="cpu")
    config.max_length = 32
    config = model._prepare_generated_length(
        generation_config=config, has_default_max_length=True, has_default_min_length=True,
        model_input_name="input_ids", input_ids_length=prompt_length, inputs_tensor=None,
    )  # fmt: skip
    processors = model._get_logits_processor(
        generation_config=config, input_ids_seq_length=prompt_length,
        encoder_input_ids=torch.tensor([ids[:prompt_length]]), device="cpu",
    )  # fmt: skip
    return processors(torch.tensor([ids]), torch.from_numpy(scores)[None])[0].numpy()


class Ends:
    """A tokenizer that knows what ends a text."""

    vocabulary_size, bos_id, eos_ids, start_ids, fingerprint = SIZE, 58, frozenset({59}), (), "59"


@settings(deadline=None, max_examples=60)
@given(st.fixed_dictionaries({}, optional=OPTIONS), st.integers(0, 2**32))
def test_the_chain_of_a_generation_configuration_is_what_transformers_does(values, seed):
    values = {name: value for name, value in values.items() if value is not None}
    random = np.random.default_rng(seed)
    scores = 3 * random.standard_normal(SIZE, dtype=np.float32)
    ids = random.integers(0, 10, 9).tolist()
    prompt_length = int(random.integers(3, 9))
    parameters = reader.read({"do_sample": True, **values})
    chain, left_out = chain_of(parameters, PLUGINS)
    assert left_out == []
    step = step_after(ids, prompt_length=prompt_length, tokenizer=Ends())
    left = Candidates(scores)
    for _, stage in build_stages(chain, PLUGINS).processors:
        left = stage(left, step)
    theirs = oracle(values, ids, prompt_length, scores)
    assert left.ids.tolist() == np.flatnonzero(theirs > -np.inf).tolist(), chain
    assert left.scores == pytest.approx(theirs[left.ids], abs=1e-4), chain


@pytest.mark.parametrize("order", ORDERS)
def test_every_slot_of_an_order_is_a_stage(order):
    named = {"begin_suppress": "suppress", "prefilter": "top_k"}
    for slot in ORDERS[order]:
        assert named.get(slot, slot) in PLUGINS.processors, slot
    assert order in ENGINES
    assert set(ALWAYS.get(order, {})) <= set(ORDERS[order])


PARAMETERS = (
    "--temp 0.7 --top-k 30 --top-p 0.9 --min-p 0.1 --repeat-penalty 1.2 --xtc-probability 0.3"
)
IN_ORDER = {
    "hf": ["repetition_penalty", "temperature", "top_k", "top_p", "min_p"],
    "llamacpp": ["repetition_penalty", "top_k", "top_p", "min_p", "xtc", "temperature"],
    "webui": ["repetition_penalty", "temperature", "top_k", "top_p", "min_p", "xtc"],
    "kobold": ["top_k", "repetition_penalty", "top_k", "top_p", "min_p", "temperature", "xtc"],
}


@pytest.mark.parametrize("order", ORDERS)
def test_the_same_numbers_stand_in_each_engines_order(imports, order):
    chain, left_out, _ = imports.flags(PARAMETERS, order)
    names = [stage.name for stage in parse(chain)]
    assert names[-1] == "sample"
    if order == "hf":
        assert names[0] == "xtc"
        assert "transformers has no such sampler" in left_out["xtc"]
        del names[0]
    assert names[:-1] == IN_ORDER[order]


def test_front_ends_offer_every_order_and_format():
    from playground.session.actions.table import BUILT_IN
    from playground.session.importing.reading import FORMATS
    from playground.ui.cli import strategies_import

    assert set(strategies_import.ORDERS) == set(ORDERS)
    assert set(strategies_import.FORMATS) == set(FORMATS)
    assert set(BUILT_IN["import"].arguments[1].choices) == set(ORDERS)
