"""The GPT that is trained computes what transformers computes, forwards and backwards."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
import transformers

from playground_gpt.architecture import parse
from playground_train.gpt_layout import exported, take_over
from playground_train.gpt_network import Cache, GptNetwork

SHAPE = {"vocab_size": 31, "n_positions": 16, "n_embd": 24, "n_layer": 2, "n_head": 3}
OFF = {"resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0}
CONFIGS: dict[str, Any] = {
    "gpt2": lambda: transformers.GPT2Config(**SHAPE, **OFF),
    "gpt2-scaled": lambda: transformers.GPT2Config(
        **SHAPE, **OFF, scale_attn_by_inverse_layer_idx=True, activation_function="relu"
    ),
    "gpt1": lambda: transformers.OpenAIGPTConfig(**SHAPE, **OFF),
}
IDS = torch.randint(31, (3, 12), generator=torch.Generator().manual_seed(0))


@pytest.fixture(params=list(CONFIGS))
def pair(request: pytest.FixtureRequest) -> tuple[Any, GptNetwork]:
    """A model of transformers with random weights, and ours with the same ones."""
    torch.manual_seed(1)
    theirs = transformers.AutoModelForCausalLM.from_config(CONFIGS[request.param]())
    ours = GptNetwork(parse(theirs.config.to_dict(), "here"), 0.0)
    stored = {
        name.removeprefix("transformer."): tensor.numpy()
        for name, tensor in theirs.state_dict().items()
    }
    take_over(ours, stored)
    return theirs, ours


def test_its_loss_and_gradients_are_those_of_transformers(pair: tuple[Any, GptNetwork]) -> None:
    theirs, ours = pair
    wanted = theirs(IDS, labels=IDS).loss
    loss = ours(IDS[:, :-1], IDS[:, 1:]) / IDS[:, 1:].numel()
    torch.testing.assert_close(loss, wanted)
    wanted.backward()
    loss.backward()
    embedding = theirs.get_input_embeddings().weight.grad
    torch.testing.assert_close(ours.tokens.weight.grad, embedding, rtol=1e-4, atol=1e-6)


def test_what_could_follow_is_the_same_read_at_once_and_one_after_another(
    pair: tuple[Any, GptNetwork],
) -> None:
    theirs, ours = pair
    cache = Cache()
    with torch.no_grad():
        wanted = theirs(IDS).logits
        for begin, end in ((0, 5), (5, 6), (6, 7), (7, 8)):
            found = ours.next_logits(IDS[:, begin:end], cache)
            torch.testing.assert_close(found, wanted[:, end - 1], rtol=1e-4, atol=1e-5)
    assert cache.length == 8


def test_its_weights_are_exported_as_they_were_taken_over(pair: tuple[Any, GptNetwork]) -> None:
    theirs, ours = pair
    stored = theirs.state_dict()
    arrays = exported(ours, "float32")
    assert set(arrays) == set(stored) - {"lm_head.weight"}
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, stored[name].numpy())


def test_layers_that_are_computed_twice_give_the_same_gradients(
    pair: tuple[Any, GptNetwork],
) -> None:
    gradients = []
    for recompute in (False, True):
        network = pair[1]
        network.recompute = recompute
        network.dropout = 0.3
        network.zero_grad()
        torch.manual_seed(5)
        network(IDS[:, :-1], IDS[:, 1:]).backward()
        gradients.append([parameter.grad.clone() for parameter in network.parameters()])
    for one, two in zip(*gradients, strict=True):
        torch.testing.assert_close(one, two)


def test_isolated_examples_are_read_as_if_each_were_alone(pair: tuple[Any, GptNetwork]) -> None:
    network = pair[1]
    joined = torch.cat([IDS[0, :5], IDS[1, :7]])[None]
    segments = torch.tensor([[0] * 5 + [1] * 7])
    packed = network.hidden(joined, segments)[0]
    alone = [network.hidden(IDS[0:1, :5])[0], network.hidden(IDS[1:2, :7])[0]]
    torch.testing.assert_close(packed, torch.cat(alone), rtol=1e-4, atol=1e-5)


def test_a_new_network_guesses_evenly() -> None:
    torch.manual_seed(0)
    network = GptNetwork(parse(CONFIGS["gpt2"]().to_dict(), "here"), 0.1)
    network.eval()
    loss = network(IDS[:, :-1], IDS[:, 1:]) / IDS[:, 1:].numel()
    assert loss.item() == pytest.approx(np.log(31), abs=0.1)
