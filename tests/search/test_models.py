"""Every strategy on every kind of model: transformers, a recurrent state that cannot go back, the hub's."""

import pytest
import torch
import transformers

from playground.api import Finished, InvalidInput, Need
from playground_charrnn.backend import CharRnnBackend
from playground_gpt import GptBackend
from playground_hub.backend import HubBackend
from tests.charrnn.conftest import config as charrnn_config
from tests.charrnn.conftest import write_model as write_charrnn
from tests.gpt.conftest import write_model as write_gpt
from tests.hub.conftest import FAMILIES, byte_level, save

CHAINS = [
    "beam(3)",
    "beam_sample(3)",
    "diverse_beam(4, groups=2)",
    "stochastic_beam",
    "arithmetic",
    "contrastive",
    "best_of(3)",
    "mbr(3, utility='chrf')",
    "self_consistency(3)",
    "top_k(2) | enumerate(0.02)",
    "top_k(2) | expand(0.3, 4)",
]


def gpt(model_type):
    def make(folder):
        write_gpt(folder, model_type)
        return GptBackend().load(folder, device="cpu", dtype="float32")

    return make


def charrnn(folder):
    write_charrnn(folder, charrnn_config())
    return CharRnnBackend().load(folder, device="cpu", dtype="float32")


def hub(family):
    def make(folder):
        torch.manual_seed(0)
        config = FAMILIES[family]()
        config.bos_token_id = config.eos_token_id = 0
        save(transformers.AutoModelForCausalLM.from_config(config), folder)
        byte_level().save(str(folder / "tokenizer.json"))
        return HubBackend().load(folder, device="cpu", dtype="float32")

    return make


KINDS = {
    "gpt1": gpt("openai-gpt"),
    "gpt2": gpt("gpt2"),
    "charrnn": charrnn,
    "llama": hub("llama"),
    "mamba": hub("mamba"),
}


@pytest.fixture(scope="module", params=KINDS)
def model(request, tmp_path_factory):
    return KINDS[request.param](tmp_path_factory.mktemp(request.param))


@pytest.mark.parametrize("chain", CHAINS)
def test_it_works_or_says_by_name_what_the_model_lacks(bench, finished, model, chain):
    options = {"n": 2, "max_tokens": 6, "seed": 1}
    if chain == "contrastive" and Need.HIDDEN not in model.offers:
        with pytest.raises(InvalidInput, match="contrastive needs hidden, which test does not"):
            bench.start(model, "the", chain, **options)
        return
    ends = finished(bench.run(model, "the", chain, **options))
    assert [end.error for end in ends] == [None, None]
    assert all(end.reason in ("length", "eos", "done") for end in ends)
    assert ends[0].tokens > 0
    again = bench.run(model, "the", chain, **options)
    assert [e.text for e in again if isinstance(e, Finished)] == [end.text for end in ends]
