"""The bridge in both directions, with real processors and a real `generate`."""

import numpy as np
import pytest
import torch
import transformers
from hypothesis import given
from hypothesis import strategies as st

from playground.api import Candidates, InvalidInput, PluginFailed, Processor
from playground.engine.chain import build_chain, check_narrowed
from playground.plugins import load_plugins
from playground.testing import CharTokenizer, ScriptedModel, decode
from playground_sampling.bans import NoRepeatNGram
from playground_sampling.hugging_face import Hf, LogitsProcessorStage, as_logits_processor
from playground_sampling.penalties import PresencePenalty, RepetitionPenalty
from playground_sampling.strategies import Greedy
from playground_sampling.truncation import TopK

LETTERS = "abcdefghijklmnopqrstuvwxyz"
PROMPT = "abcab"


@pytest.fixture(scope="module")
def gpt2():
    torch.manual_seed(3)
    torch.set_num_threads(1)
    config = transformers.GPT2Config(
        vocab_size=27, n_positions=64, n_embd=32, n_layer=2, n_head=2, initializer_range=0.3
    )
    return transformers.GPT2LMHeadModel(config).eval()


@pytest.fixture(scope="module")
def same_model_for_us(gpt2):
    @torch.inference_mode()
    def logits(tokens):
        return gpt2(torch.tensor([tokens])).logits[0, -1].numpy()

    return ScriptedModel(logits, tokenizer=CharTokenizer(LETTERS))


@pytest.fixture(scope="module")
def generate(gpt2):
    def generate(**options):
        ids = torch.tensor([[LETTERS.index(letter) for letter in PROMPT]])
        out = gpt2.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            max_new_tokens=20,
            eos_token_id=26,
            pad_token_id=0,
            **options,
        )
        return out[0, len(PROMPT) :].tolist()

    return generate


def test_our_stages_steer_transformers_generate(generate, same_model_for_us):
    stages = [RepetitionPenalty(1.5), NoRepeatNGram(2), PresencePenalty(1.0), TopK(3)]
    processors = [as_logits_processor(stage, len(PROMPT)) for stage in stages]
    ours = decode(Greedy(), same_model_for_us, PROMPT, processors=stages, limit=20).tokens
    assert generate(logits_processor=transformers.LogitsProcessorList(processors)) == ours
    assert ours != generate(), "the stages make a difference"


def test_transformers_processors_steer_our_decoding(generate, same_model_for_us):
    stages = [
        Hf("RepetitionPenaltyLogitsProcessor", {"penalty": 1.5}),
        LogitsProcessorStage(transformers.NoRepeatNGramLogitsProcessor(2)),
    ]
    ours = decode(Greedy(), same_model_for_us, PROMPT, processors=stages, limit=20).tokens
    assert ours == generate(repetition_penalty=1.5, no_repeat_ngram_size=2)
    assert ours != generate()


@given(data=st.data())
def test_there_and_back_is_the_stage_itself(data, given_candidates, step_after, assert_same):
    candidates, ids, prompt = data.draw(given_candidates)
    step = step_after(ids, prompt)
    stage = PresencePenalty(1.5)
    there_and_back = LogitsProcessorStage(as_logits_processor(stage, prompt))
    assert_same(there_and_back(candidates, step), stage(candidates, step))


@given(data=st.data())
def test_a_hosted_processor_keeps_to_those_that_stand(data, given_candidates, step_after):
    candidates, ids, _ = data.draw(given_candidates)
    stage = Hf("EpsilonLogitsWarper", {"epsilon": 0.02})
    check_narrowed("hf", candidates, stage(candidates, step_after(ids)))


def test_a_processor_that_forces_a_removed_token_leaves_none_which_the_border_refuses(step_after):
    candidates = Candidates(np.array([1, 2, 3], dtype=np.float32)).top(1)
    force = Hf("ForcedEOSTokenLogitsProcessor", {"max_length": 1, "eos_token_id": 0})
    with pytest.raises(PluginFailed, match="left no candidate"):
        check_narrowed("hf", candidates, force(candidates, step_after([])))


def test_a_chain_names_a_processor_of_transformers():
    chain = build_chain('hf("TopKLogitsWarper", {"top_k": 2}) | greedy', load_plugins())
    model = ScriptedModel(
        lambda tokens: {"a": 0.5, "b": 0.3, "c": 0.2}, tokenizer=CharTokenizer("abc")
    )
    stages = [stage for _, stage in chain.processors]
    commit = decode(chain.strategy, model, "a", processors=stages, limit=1).commits[0]
    assert commit.chosen.ids.tolist() == [0, 1]


def test_an_unknown_class_gets_the_near_ones(step_after):
    candidates = Candidates(np.zeros(3, dtype=np.float32))
    with pytest.raises(InvalidInput, match="no logits processor 'TopKWarper'") as error:
        Hf("TopKWarper")(candidates, step_after())
    assert "TopKLogitsWarper" in error.value.hint
    with pytest.raises(InvalidInput, match="no logits processor 'GPT2Model'"):
        Hf("GPT2Model")(candidates, step_after())


def test_arguments_that_the_class_refuses_are_told(step_after):
    candidates = Candidates(np.zeros(3, dtype=np.float32))
    with pytest.raises(InvalidInput, match="TopKLogitsWarper refuses .*strictly positive"):
        Hf("TopKLogitsWarper", {"top_k": 0})(candidates, step_after())
    with pytest.raises(InvalidInput, match="refuses"):
        Hf("TopKLogitsWarper", {"k": 1})(candidates, step_after())


class Dice(Processor, frozen=True):
    """Keeps one token drawn at random."""

    def __call__(self, candidates, step):
        return candidates.keep(candidates.ids == int(step.noise.uniform(step.position) * 3))


def test_a_stage_that_draws_needs_noise(step_after):
    ids, scores = torch.tensor([[1]]), torch.zeros(1, 3)
    with pytest.raises(InvalidInput, match="was given no noise"):
        as_logits_processor(Dice(), 1)(ids, scores)
    drawn = as_logits_processor(Dice(), 1, step_after().noise)(ids, scores)
    assert torch.isfinite(drawn).sum() == 1


def test_a_batch_is_its_rows_and_keeps_its_type():
    random = torch.Generator().manual_seed(0)
    scores = torch.randn(3, 9, generator=random).to(torch.float16)
    ids = torch.tensor([[1, 2], [3, 4], [5, 5]])
    stage = as_logits_processor(RepetitionPenalty(2.0), 0)
    together = stage(ids, scores)
    assert together.dtype == torch.float16
    for row in range(3):
        assert torch.equal(together[row], stage(ids[row : row + 1], scores[row : row + 1])[0])
