"""Texts among options are read by the model that decodes, wherever it decodes."""

import numpy as np
import pytest
import torch

from playground.api import Candidates, InvalidInput, Processor
from playground.engine.chain import build_chain
from playground.plugins import load_plugins
from playground.testing import ByteTokenizer, CharTokenizer, ScriptedModel, decode, step_after
from playground_sampling.bans import Allow
from playground_sampling.hugging_face import as_logits_processor
from playground_sampling.strategies import Greedy


class Notes(Processor, frozen=True):
    """Writes down whose tokenizer it is given."""

    seen: list

    def __call__(self, candidates, step):
        self.seen.append(step.tokenizer)
        return candidates


def test_a_stage_is_given_the_model_s_tokenizer():
    model = ScriptedModel("abc", tokenizer=CharTokenizer("abcx"))
    stage = Notes([])
    decode(Greedy(), model, "x", processors=[stage], limit=3)
    assert stage.seen == [model.tokenizer] * 3


@pytest.mark.parametrize("tokenizer", [CharTokenizer("edcba"), ByteTokenizer()])
def test_one_chain_means_the_same_text_for_every_model(tokenizer):
    model = ScriptedModel(lambda tokens: {"a": 0.6, "b": 0.3, "c": 0.1}, tokenizer=tokenizer)
    chain = build_chain('bad_words(["aa", "ba"]) | greedy', load_plugins())
    stages = [stage for _, stage in chain.processors]
    assert decode(chain.strategy, model, "c", processors=stages, limit=6).text == "abbbbb"


def test_equal_texts_of_different_models_are_not_mixed_up():
    flat = Candidates(np.zeros(4, dtype=np.float32))
    for letters in ("abc", "cba", "bca"):
        step = step_after([0], tokenizer=CharTokenizer(letters))
        assert Allow("a")(flat, step).ids.tolist() == [letters.index("a")]


def test_a_stage_in_transformers_can_be_given_a_tokenizer():
    ids, scores = torch.tensor([[0]]), torch.zeros(1, 4)
    given = as_logits_processor(Allow("b"), 1, tokenizer=CharTokenizer("abc"))(ids, scores)
    assert torch.isfinite(given).tolist() == [[False, True, False, False]]
    with pytest.raises(InvalidInput, match="allow: there is no tokenizer"):
        as_logits_processor(Allow("b"), 1)(ids, scores)
