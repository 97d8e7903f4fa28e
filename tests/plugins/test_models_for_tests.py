"""`playground.testing` itself: what the scripted model says, what is counted, what `decode` keeps."""

from __future__ import annotations

import numpy as np
import pytest

from playground.api import Candidates, InvalidInput, Read
from playground.plugins import load_plugins
from playground.testing import ByteTokenizer, CharTokenizer, ScriptedModel, ToyRecurrent, decode

PLUGINS = load_plugins()
Sample, Greedy, Beam = (PLUGINS.strategies[name] for name in ("sample", "greedy", "beam"))


def chances(model, text: str) -> Candidates:
    read = Read(model.start(), model.tokenizer.encode(text))
    return Candidates(model.read([read])[0].logits[-1])


def test_a_script_that_is_a_text_is_said_and_then_the_text_ends():
    decoded = decode(Sample(), ScriptedModel(" end.", after="The"), "The")
    assert decoded.text == " end."
    assert decoded.tokens[-1] in ByteTokenizer.eos_ids


def test_a_script_may_hold_half_characters():
    assert decode(Greedy(), ScriptedModel("ï日", after="a"), "a").text == "ï日"


def test_a_list_tells_what_is_said_at_each_place():
    model = ScriptedModel([{"x": 0.75, "y": 0.25}, "z", {"": 1}], after="a")
    assert chances(model, "a").logprob_of(ord("x")) == pytest.approx(np.log(0.75), abs=1e-5)
    texts = {decode(Sample(), model, "a", seed=seed).text for seed in range(20)}
    assert texts == {"xz", "yz"}


def test_a_row_of_logits_is_said_as_it_is():
    row = np.linspace(-1, 1, 257, dtype=np.float32)
    assert np.array_equal(chances(ScriptedModel([row], after="a"), "a").scores, row)


def test_a_function_tells_what_follows_any_tokens():
    model = ScriptedModel(lambda tokens: "b" if tokens[-1] == ord("a") else "a")
    assert decode(Greedy(), model, "a", limit=5).text == "babab"


def test_a_place_takes_one_token():
    with pytest.raises(ValueError, match="'ab' is 2 tokens"):
        ScriptedModel(["ab"])


def test_what_was_read_is_counted_row_by_row():
    model = ScriptedModel("xyz", after="abc")
    decode(Greedy(), model, "abc", limit=3)
    assert model.passes == [(3,), (1,), (1,)]
    model.passes.clear()
    start = model.start()
    model.read([Read(start, [1, 2]), Read(start, [3])])
    assert model.passes == [(2, 1)]


def test_reading_past_the_context_or_outside_of_the_vocabulary_is_refused():
    model = ScriptedModel("abc", context_length=3)
    with pytest.raises(ValueError, match="4 tokens do not fit in the context of 3"):
        model.read([Read(model.start(), [1, 2, 3, 4])])
    with pytest.raises(ValueError, match="token 257 is not in the vocabulary"):
        model.read([Read(model.start(), [257])])
    with pytest.raises(ValueError, match="at least one token"):
        model.read([Read(model.start(), [])])


def test_the_recurrent_model_cannot_go_back():
    model = ToyRecurrent()
    state = model.read([Read(model.start(), [1, 2, 3])])[0].state
    assert model.rewind(state, 2) is None
    assert model.rewind(state, 3) is state


def test_the_recurrent_model_is_the_same_for_a_seed_and_another_for_another():
    one, same, other = (chances(ToyRecurrent(seed=seed), "a").scores for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.allclose(one, other)


def test_the_recurrent_model_depends_on_all_it_read():
    model = ToyRecurrent()
    assert not np.allclose(chances(model, "abc").scores, chances(model, "bbc").scores)


def test_decode_keeps_commits_drafts_and_passes():
    model = ScriptedModel(lambda tokens: {"x": 0.4, "y": 0.3, "z": 0.3})
    beam = decode(Beam(width=2), model, "a", limit=4)
    assert len(beam.commits) == 4
    assert beam.drafts
    assert beam.passes == 3
    greedy = decode(Greedy(), model, "a", limit=4)
    assert (greedy.text, greedy.drafts, greedy.passes) == ("xxxx", [], 3)


def test_decode_takes_the_chain_before_the_strategy():
    model = ScriptedModel(lambda tokens: {"x": 0.4, "y": 0.3, "z": 0.3})
    top = PLUGINS.processors["top_k"](k=1)
    assert decode(Sample(), model, "a", processors=[top], limit=6).text == "xxxxxx"


def test_characters_outside_of_a_small_vocabulary_are_named():
    with pytest.raises(InvalidInput, match="'d'"):
        CharTokenizer("abc").encode("ad")
