"""What has been read is not read again, within a bound of bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from playground.api import Read
from playground.engine.prefix import MOST_ENTRIES, PrefixCache, shared_length
from playground.testing import ScriptedModel, ToyRecurrent

ids = st.lists(st.integers(0, 3), max_size=20).map(tuple)


def keep(cache, model, tokens):
    cache.keep(model, tokens, model.read([Read(model.start(), tokens)])[0])


@given(ids, ids)
def test_the_shared_length_is_that_of_the_common_prefix(one, two):
    length = shared_length(one, two)
    assert one[:length] == two[:length]
    assert length in (len(one), len(two)) or one[length] != two[length]


def test_a_prompt_that_begins_like_another_starts_from_there():
    cache, model = PrefixCache(2**20), ScriptedModel("abc")
    keep(cache, model, (1, 2, 3, 4))
    assert cache.find(model, (1, 2, 3, 4, 5, 6)).state.length == 4
    assert cache.find(model, (1, 2, 9)).state.length == 2
    assert cache.find(model, (9,)).state.length == 0


def test_the_same_prompt_needs_no_reading_at_all():
    cache, model = PrefixCache(2**20), ScriptedModel("abc")
    keep(cache, model, (1, 2, 3))
    known = cache.find(model, (1, 2, 3))
    assert known.state.length == 3
    assert known.logits is not None


def test_a_state_that_cannot_go_back_serves_only_what_continues_it():
    cache, model = PrefixCache(2**20), ToyRecurrent()
    keep(cache, model, (1, 2, 3))
    assert cache.find(model, (1, 2, 3, 4)).state.length == 3
    assert cache.find(model, (1, 2, 4)).state.length == 0


def test_a_longer_text_replaces_its_beginning_where_the_model_can_rewind():
    cache, model, recurrent = PrefixCache(2**20), ScriptedModel("abc"), ToyRecurrent()
    for each in (model, recurrent):
        keep(cache, each, (1, 2))
        keep(cache, each, (1, 2, 3))
    assert len(cache) == 1 + 2


@given(st.lists(ids.filter(len), max_size=30))
def test_the_states_never_hold_more_bytes_than_allowed(prompts):
    cache, model = PrefixCache(6000), ToyRecurrent()
    for prompt in prompts:
        keep(cache, model, prompt)
        assert cache.nbytes <= cache.limit
        assert len(cache) <= MOST_ENTRIES


def test_the_least_recently_used_is_forgotten_first():
    model = ToyRecurrent()
    cache = PrefixCache(2**20)
    keep(cache, model, (1,))
    cache.limit = 2 * cache.nbytes
    keep(cache, model, (2,))
    cache.find(model, (1, 5))
    keep(cache, model, (3,))
    assert [cache.find(model, (first, 5)).state.length for first in (1, 2, 3)] == [1, 0, 1]


def test_models_do_not_share_what_they_read():
    cache, one, two = PrefixCache(2**20), ToyRecurrent(seed=1), ToyRecurrent(seed=2)
    keep(cache, one, (1, 2))
    assert cache.find(two, (1, 2, 3)).state.length == 0


def test_a_model_that_is_gone_leaves_its_states_to_no_other():
    cache = PrefixCache(2**20)
    keep(cache, ToyRecurrent(seed=1), (1, 2))
    # Were the first model dropped, the next could be made at its address.
    others = [ToyRecurrent(seed=2) for _ in range(50)]
    assert all(cache.find(other, (1, 2, 3)).state.length == 0 for other in others)
