"""The weights of a GPT in the Hugging Face layout: out of a network, and into it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from playground_train.gpt_network import GptNetwork
from playground_train.low_rank import merged_parameters, reset
from playground_train.sharding import part, whole

PREFIX = "transformer."
"""Of the names of all tensors in a file but those of heads."""
TRANSPOSED = ("c_attn.weight", "c_proj.weight", "c_fc.weight")
"""Stored (in, out), while torch multiplies by (out, in)."""


def exported(network: GptNetwork, dtype: str) -> dict[str, np.ndarray]:
    """The weights by their names in a file."""
    names = stored_names(network)
    return {
        f"{'' if name.startswith('lm_head') else PREFIX}{names[name]}": np.ascontiguousarray(
            _turned(name, whole(tensor.detach())).cpu().numpy(), dtype=dtype
        )
        for name, tensor in merged_parameters(network).items()
    }


def take_over(network: GptNetwork, arrays: Mapping[str, np.ndarray]) -> None:
    """Set the weights from arrays by their names in a file, without the prefix."""
    names = stored_names(network)
    with torch.no_grad():
        reset(network)
        parameters = dict(network.named_parameters())
        for name, stored in names.items():
            tensor = _turned(name, torch.from_numpy(np.array(arrays[stored])))
            parameters[name].copy_(part(tensor, parameters[name]))


def stored_names(network: GptNetwork) -> dict[str, str]:
    """Our names of parameters to those of the layout, which differ for the embeddings."""
    architecture = network.architecture
    special = {
        "tokens.weight": architecture.token_embedding,
        "positions.weight": architecture.position_embedding,
    }
    return {name: special.get(name, name) for name in merged_parameters(network)}


def _turned(name: str, tensor: Tensor) -> Tensor:
    """A parameter of ours as it is stored, or the other way round."""
    return tensor.T if name.endswith(TRANSPOSED) else tensor
