"""Logits, hidden states and attention against transformers, however the text is cut into reads."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.api import Need, Read
from playground_gpt import GptBackend

TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def pair(tiny, decoder):
    folder, oracle = tiny
    return load(folder, decoder), oracle


def load(folder, decoder):
    return GptBackend().load(folder, device="cpu", dtype="float32", decoder=decoder)


def expected(oracle, ids):
    with torch.no_grad():
        return oracle(torch.tensor([ids])).logits[0].numpy()


def draw(count, vocabulary=300, seed=0):
    return np.random.default_rng(seed).integers(vocabulary, size=count).tolist()


@pytest.mark.parametrize("length", [1, 2, 17, 39, 40])
def test_a_prompt_has_the_logits_of_transformers(pair, length):
    model, oracle = pair
    ids = draw(length)
    reading = model.read([Read(model.start(), ids)])[0]
    np.testing.assert_allclose(reading.logits, expected(oracle, ids), atol=TOLERANCE)


def test_step_by_step_up_to_the_last_position_of_the_context(pair):
    model, oracle = pair
    ids = draw(40)
    state, rows = model.start(), []
    for token in ids:
        reading = model.read([Read(state, [token])])[0]
        state = reading.state
        rows.append(reading.logits[0])
    assert state.length == model.context_length
    np.testing.assert_allclose(np.stack(rows), expected(oracle, ids), atol=TOLERANCE)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_texts_cut_in_any_way_and_read_in_one_batch(pair, data):
    model, oracle = pair
    texts = data.draw(
        st.lists(st.lists(st.integers(0, 299), min_size=2, max_size=40), min_size=1, max_size=4)
    )
    cuts = [data.draw(st.integers(1, len(text) - 1)) for text in texts]
    firsts = [text[:cut] for text, cut in zip(texts, cuts, strict=True)]
    begun = model.read([Read(model.start(), first) for first in firsts])
    rest = [
        Read(reading.state, text[cut:])
        for reading, text, cut in zip(begun, texts, cuts, strict=True)
    ]
    ended = model.read(rest)
    for first, second, text in zip(begun, ended, texts, strict=True):
        logits = np.concatenate([first.logits, second.logits])
        np.testing.assert_allclose(logits, expected(oracle, text), atol=TOLERANCE)


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_any_walk_of_reads_forks_and_rewinds_equals_reading_afresh(pair, data):
    model, oracle = pair
    known = [(model.start(), [])]
    for _ in range(data.draw(st.integers(1, 8))):
        state, text = known[data.draw(st.integers(0, len(known) - 1))]
        length = data.draw(st.integers(0, len(text)))
        state, text = model.rewind(state, length), text[:length]
        new = data.draw(st.lists(st.integers(0, 299), min_size=1, max_size=40 - length or 1))
        if length + len(new) > 40:
            continue
        reading = model.read([Read(state, new)])[0]
        text = text + new
        known.append((reading.state, text))
        np.testing.assert_allclose(reading.logits, expected(oracle, text)[length:], atol=TOLERANCE)


def test_hidden_states_are_the_embeddings_and_every_layers_output(pair):
    model, oracle = pair
    ids = draw(9)
    state = model.read([Read(model.start(), ids[:4])])[0].state
    hidden = model.read([Read(state, ids[4:], Need.LOGITS | Need.HIDDEN)])[0].hidden
    with torch.no_grad():
        shown = oracle(torch.tensor([ids]), output_hidden_states=True)
    theirs = torch.stack(shown.hidden_states)[:, 0, 4:].numpy()
    ours = hidden.copy()
    if (
        model.architecture.pre_norm
    ):  # transformers' last is what its last norm makes of the last block's
        with torch.no_grad():
            ours[-1] = oracle.transformer.ln_f(torch.from_numpy(hidden[-1])).numpy()
    np.testing.assert_allclose(ours, theirs, atol=TOLERANCE)


def test_attention_is_that_of_transformers(pair):
    model, oracle = pair
    ids = draw(9)
    state = model.read([Read(model.start(), ids[:4])])[0].state
    attention = model.read([Read(state, ids[4:], Need.LOGITS | Need.ATTENTION)])[0].attention
    with torch.no_grad():
        theirs = oracle(torch.tensor([ids]), output_attentions=True).attentions
    np.testing.assert_allclose(attention, torch.stack(theirs)[:, 0, :, 4:].numpy(), atol=TOLERANCE)


def test_each_row_of_a_batch_keeps_what_it_asks_for(pair):
    model, oracle = pair
    texts = [draw(9, seed=seed) for seed in range(4)]
    keeps = [1, 4, None, 0]
    reads = [
        Read(model.start(), text, logits_to_keep=keep)
        for text, keep in zip(texts, keeps, strict=True)
    ]
    for reading, text, keep in zip(model.read(reads), texts, keeps, strict=True):
        kept = 9 if keep is None else keep
        np.testing.assert_allclose(
            reading.logits, expected(oracle, text)[9 - kept :], atol=TOLERANCE
        )
        after = model.read([Read(reading.state, [5])])[0].logits
        np.testing.assert_allclose(after, expected(oracle, [*text, 5])[9:], atol=TOLERANCE)


def test_what_is_observed_does_not_depend_on_the_logits_that_are_kept(pair):
    model, _ = pair
    need = Need.LOGITS | Need.HIDDEN | Need.ATTENTION
    few, all_ = model.read([Read(model.start(), draw(9), need, keep) for keep in (2, None)])
    assert few.logits.shape == (2, 300)
    np.testing.assert_allclose(few.logits, all_.logits[-2:], atol=TOLERANCE)
    np.testing.assert_allclose(few.hidden, all_.hidden, atol=TOLERANCE)
    np.testing.assert_allclose(few.attention, all_.attention, atol=TOLERANCE)


def test_only_the_rows_of_a_batch_that_ask_are_observed(pair):
    model, _ = pair
    asks = Read(model.start(), draw(5), Need.LOGITS | Need.HIDDEN | Need.ATTENTION)
    plain = Read(model.start(), draw(7, seed=1))
    first, second = model.read([asks, plain])
    alone = model.read([asks])[0]
    assert second.hidden is None
    assert second.attention is None
    np.testing.assert_allclose(first.hidden, alone.hidden, atol=TOLERANCE)
    np.testing.assert_allclose(first.attention, alone.attention, atol=TOLERANCE)


GPT2_VARIANTS = [
    {"activation_function": "relu"},
    {"activation_function": "gelu"},
    {"activation_function": "silu"},
    {"n_inner": 40},
    {"n_head": 1},
    {"n_layer": 1, "n_embd": 8, "n_head": 2},
    {"scale_attn_weights": False},
    {"scale_attn_by_inverse_layer_idx": True},
    {"tie_word_embeddings": False},
    {"layer_norm_epsilon": 0.1},
]
GPT1_VARIANTS = [{"afn": "relu"}, {"afn": "silu"}, {"n_head": 6}, {"layer_norm_epsilon": 0.1}]
VARIANTS = [("gpt2", v) for v in GPT2_VARIANTS] + [("openai-gpt", v) for v in GPT1_VARIANTS]


@pytest.mark.parametrize(("kind", "config"), VARIANTS, ids=str)
def test_every_setting_of_a_configuration_counts(make_folder, decoder, kind, config):
    folder, oracle = make_folder(kind, **config)
    model = load(folder, decoder)
    ids = draw(30)
    reading = model.read([Read(model.start(), ids)])[0]
    np.testing.assert_allclose(reading.logits, expected(oracle, ids), atol=TOLERANCE)


@pytest.mark.parametrize("suffix", ["float16", "bfloat16"])
def test_files_of_16_bits_are_widened_without_loss(make_folder, decoder, suffix):
    folder, oracle = make_folder("gpt2")
    oracle.to(getattr(torch, suffix)).save_pretrained(folder)
    model = load(folder, decoder)
    ids = draw(12)
    reading = model.read([Read(model.start(), ids)])[0]
    np.testing.assert_allclose(reading.logits, expected(oracle.float(), ids), atol=TOLERANCE)
