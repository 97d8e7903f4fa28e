"""What a `config.json` says of a GPT: its shape, and from that every tensor that its weights must hold.

Knows nothing of files, torch or arithmetic, so that a card can be drawn without loading anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from playground.api import ModelUnavailable

Count = Annotated[int, Meta(ge=1, le=2**31)]
Activation = Literal["gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu", "relu", "silu", "swish"]
MODEL_TYPES = ("gpt2", "openai-gpt")


class _Shared(msgspec.Struct, frozen=True, kw_only=True):
    n_embd: Count = 768
    n_layer: Annotated[int, Meta(ge=1, le=1000)] = 12
    n_head: Count = 12
    layer_norm_epsilon: Annotated[float, Meta(gt=0)] = 1e-5
    tie_word_embeddings: bool = True


class _Gpt2(_Shared, frozen=True, kw_only=True):
    vocab_size: Count = 50257
    n_positions: Count = 1024
    n_inner: Count | None = None
    activation_function: Activation = "gelu_new"
    scale_attn_weights: bool = True
    scale_attn_by_inverse_layer_idx: bool = False
    add_cross_attention: bool = False


class _Gpt1(_Shared, frozen=True, kw_only=True):
    vocab_size: Count = 40478
    n_positions: Count = 512
    afn: Literal["gelu", "relu", "silu", "swish"] = "gelu"


@dataclass(frozen=True, slots=True)
class Architecture:
    """The shape of one GPT.

    `pre_norm`: GPT-2 normalises what enters a sub-layer and adds a last norm; GPT-1 normalises the sum
    that leaves it (Radford et al. 2018, 2019). `scales` holds the factor of the attention scores of each
    layer.
    """

    name: str
    vocabulary: int
    positions: int
    width: int
    layers: int
    heads: int
    inner: int
    epsilon: float
    activation: str
    pre_norm: bool
    tied: bool
    scales: tuple[float, ...]

    @property
    def token_embedding(self) -> str:
        return "wte.weight" if self.pre_norm else "tokens_embed.weight"

    @property
    def position_embedding(self) -> str:
        return "wpe.weight" if self.pre_norm else "positions_embed.weight"

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Every tensor by name, without the prefix `transformer.`; projections are stored (in, out)."""
        shapes: dict[str, tuple[int, ...]] = {
            self.token_embedding: (self.vocabulary, self.width),
            self.position_embedding: (self.positions, self.width),
        }
        for layer in range(self.layers):
            shapes |= {f"h.{layer}.{name}": shape for name, shape in self._block_shapes().items()}
        if self.pre_norm:
            shapes |= {"ln_f.weight": (self.width,), "ln_f.bias": (self.width,)}
        if not self.tied:
            shapes["lm_head.weight"] = (self.vocabulary, self.width)
        return shapes

    def _block_shapes(self) -> dict[str, tuple[int, ...]]:
        width, inner = self.width, self.inner
        return {
            "ln_1.weight": (width,),
            "ln_1.bias": (width,),
            "attn.c_attn.weight": (width, 3 * width),
            "attn.c_attn.bias": (3 * width,),
            "attn.c_proj.weight": (width, width),
            "attn.c_proj.bias": (width,),
            "ln_2.weight": (width,),
            "ln_2.bias": (width,),
            "mlp.c_fc.weight": (width, inner),
            "mlp.c_fc.bias": (inner,),
            "mlp.c_proj.weight": (inner, width),
            "mlp.c_proj.bias": (width,),
        }

    def modules(self) -> dict[str, int]:
        """Parameters by module; they add up to all of them."""
        counts: dict[str, int] = {}
        for name, shape in self.shapes().items():
            module = _module_of(name)
            counts[module] = counts.get(module, 0) + prod(shape)
        return counts


def _module_of(name: str) -> str:
    if ".attn." in name:
        return "attention"
    if ".mlp." in name:
        return "feed-forward"
    if "ln_" in name:
        return "layer norms"
    if name == "lm_head.weight":
        return "output head"
    return (
        "token embedding" if name in {"wte.weight", "tokens_embed.weight"} else "position embedding"
    )


def parse(config: Mapping[str, Any], where: str) -> Architecture:
    """The architecture that `config` describes; `where` names it in errors.

    Raises ModelUnavailable for a value that no GPT can have, or that this decoder does not compute.
    """
    kind: type[_Gpt1 | _Gpt2] = _Gpt2 if config.get("model_type") == "gpt2" else _Gpt1
    known = {key: value for key, value in config.items() if key in kind.__struct_fields__}
    try:
        values = msgspec.convert(known, kind)
    except msgspec.ValidationError as error:
        raise ModelUnavailable(f"{where} describes no GPT that can be built: {error}") from None
    if values.n_embd % values.n_head:
        raise ModelUnavailable(
            f"{where}: a width (n_embd) of {values.n_embd} "
            f"cannot be divided among {values.n_head} heads (n_head)"
        )
    return _gpt2(values, where) if isinstance(values, _Gpt2) else _gpt1(values)


def _gpt2(values: _Gpt2, where: str) -> Architecture:
    if values.add_cross_attention:
        raise ModelUnavailable(
            f"{where}: this GPT-2 attends to an encoder (add_cross_attention), so it does not continue text"
        )
    scale = (values.n_embd // values.n_head) ** -0.5 if values.scale_attn_weights else 1.0
    by_layer = values.scale_attn_by_inverse_layer_idx
    return Architecture(
        name="GPT-2",
        inner=values.n_inner or 4 * values.n_embd,
        activation=values.activation_function,
        pre_norm=True,
        scales=tuple(scale / (i + 1 if by_layer else 1) for i in range(values.n_layer)),
        **_common(values),
    )


def _gpt1(values: _Gpt1) -> Architecture:
    scale = (values.n_embd // values.n_head) ** -0.5
    return Architecture(
        name="GPT-1",
        inner=4 * values.n_embd,
        # Its files call the tanh approximation "gelu".
        activation="gelu_new" if values.afn == "gelu" else values.afn,
        pre_norm=False,
        scales=(scale,) * values.n_layer,
        **_common(values),
    )


def _common(values: _Gpt1 | _Gpt2) -> dict[str, Any]:
    return {
        "vocabulary": values.vocab_size,
        "positions": values.n_positions,
        "width": values.n_embd,
        "layers": values.n_layer,
        "heads": values.n_head,
        "epsilon": values.layer_norm_epsilon,
        "tied": values.tie_word_embeddings,
    }
