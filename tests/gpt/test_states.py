"""States are values that share a log: what is shared, what is copied, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from playground.api import InvalidInput, PlaygroundError, Read
from playground.testing import ScriptedModel
from playground_gpt import GptBackend


@pytest.fixture(scope="module")
def model(make_folder, decoder):
    folder, _ = make_folder("gpt2", n_positions=200)
    return GptBackend().load(folder, device="cpu", dtype="float32", decoder=decoder)


def read(model, state, tokens):
    return model.read([Read(state, tokens)])[0].state


def test_going_on_from_the_tip_shares_the_log(model):
    first = read(model, model.start(), [1, 2, 3])
    second = read(model, first, [4])
    assert second.log is first.log
    assert (first.length, second.length) == (3, 4)


def test_a_fork_copies_only_what_it_has_read(model):
    first = read(model, model.start(), [1, 2, 3])
    read(model, first, [4] * 100)
    fork = read(model, first, [5])
    assert fork.log is not first.log
    assert fork.nbytes < first.nbytes


def test_two_forks_in_one_batch_do_not_share(model):
    parent = read(model, model.start(), [1, 2])
    one, two = model.read([Read(parent, [3]), Read(parent, [4])])
    assert one.state.log is not two.state.log


def test_rewinding_is_a_new_handle_on_the_same_log(model):
    state = read(model, model.start(), [1, 2, 3])
    earlier = model.rewind(state, 1)
    assert earlier.log is state.log
    assert (earlier.length, state.length) == (1, 3)


def test_a_log_takes_more_memory_as_it_fills_and_ends_at_the_context(model):
    state, sizes = model.start(), []
    for token in range(200):
        state = read(model, state, [token])
        sizes.append(state.nbytes)
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1] / 2
    assert state.log.capacity == 200


def test_growing_changes_nothing_for_states_that_share_the_log(model):
    ids = np.random.default_rng(0).integers(300, size=150).tolist()
    early = read(model, model.start(), ids[:60])
    late = read(model, early, ids[60:])
    again = model.read([Read(early, ids[60:])])[0]
    fresh = model.read([Read(model.start(), ids)])[0]
    np.testing.assert_allclose(again.logits, fresh.logits[60:], atol=1e-4)
    assert late.length == 150


def test_a_new_state_holds_no_memory(model):
    assert model.start().nbytes == 0


def test_reading_past_the_context_is_refused_with_numbers(model):
    full = read(model, model.start(), [0] * 200)
    with pytest.raises(PlaygroundError, match=r"holds 200 tokens, and 201"):
        model.read([Read(full, [1])])
    with pytest.raises(PlaygroundError, match=r"holds 200 tokens, and 201"):
        model.read([Read(model.start(), [0] * 201)])


def test_a_refused_batch_leaves_every_state_as_it_was(model):
    state = read(model, model.start(), [1, 2])
    with pytest.raises(InvalidInput):
        model.read([Read(state, [3]), Read(state, [300])])
    assert state.log.tip == 2


@pytest.mark.parametrize("token", [-1, 300, 10**9])
def test_an_id_outside_of_the_vocabulary_is_named(model, token):
    with pytest.raises(InvalidInput, match=f"no token {token}"):
        model.read([Read(model.start(), [token])])


def test_reading_nothing_is_refused(model):
    with pytest.raises(InvalidInput, match="nothing to read"):
        model.read([Read(model.start(), [])])


def test_an_empty_batch_is_no_readings(model):
    assert model.read([]) == []


def test_the_state_of_another_model_is_refused(model):
    with pytest.raises(PlaygroundError, match="another model"):
        model.read([Read(ScriptedModel(["a"]).start(), [1])])


@pytest.mark.parametrize("length", [-1, 4])
def test_rewinding_beyond_what_was_read_is_refused(model, length):
    state = read(model, model.start(), [1, 2, 3])
    with pytest.raises(PlaygroundError, match="cannot rewind a state of 3 tokens"):
        model.rewind(state, length)
