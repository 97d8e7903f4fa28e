"""From checked arrays to a model that the C decoder reads with: packed where it holds fewer bits."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy import ndarray

from playground.api import Tokenizer
from playground_gpt.architecture import Architecture
from playground_gpt.native.cache import Layout
from playground_gpt.native.library import (
    ACTIVATIONS,
    FORMS,
    NUMBERS,
    Block,
    Gpt,
    Library,
    Linear,
    Norm,
)
from playground_gpt.native.model import NativeGpt

# Beside small weights the cache would be much of what a token reads, so it is held in 16 bits too.
CACHE = {"float32": "float32", "bfloat16": "bfloat16", "float16": "float16", "int8": "bfloat16"}


def build(
    library: Library,
    architecture: Architecture,
    arrays: Mapping[str, ndarray],
    tokenizer: Tokenizer,
    dtype: str,
) -> NativeGpt:
    """A model of `arrays`, float32 ones, which are those that `architecture.shapes()` names."""
    builder = _Builder(library, architecture, arrays, dtype)
    structure = builder.gpt()
    layout = Layout(
        layers=architecture.layers,
        heads=architecture.heads,
        head_width=architecture.width // architecture.heads,
        number=CACHE[dtype],
        panel=library.panel,
        context_length=architecture.positions,
    )
    return NativeGpt(library, structure, builder.held, architecture, layout, tokenizer, dtype)


class _Builder:
    """Fills in the structures; `held` are the arrays that they point into."""

    def __init__(
        self,
        library: Library,
        architecture: Architecture,
        arrays: Mapping[str, ndarray],
        dtype: str,
    ) -> None:
        self.held: list[ndarray] = []
        self._library = library
        self._architecture = architecture
        self._arrays = arrays
        self._dtype = dtype
        self._room = np.empty(self._packed_bytes(), np.uint8)
        self._filled = 0

    def gpt(self) -> Gpt:
        shape = self._architecture
        head = self._arrays[shape.token_embedding if shape.tied else "lm_head.weight"]
        return Gpt(
            layers=shape.layers,
            width=shape.width,
            heads=shape.heads,
            inner=shape.inner,
            vocabulary=shape.vocabulary,
            positions=shape.positions,
            pre_norm=shape.pre_norm,
            activation=ACTIVATIONS[shape.activation],
            number=NUMBERS[CACHE[self._dtype]],
            epsilon=shape.epsilon,
            tokens=self._hold(self._arrays[shape.token_embedding]),
            places=self._hold(self._arrays[shape.position_embedding]),
            blocks=(Block * shape.layers)(*map(self._block, range(shape.layers))),
            norm=self._norm("ln_f") if shape.pre_norm else Norm(),
            head=self._linear(head.T, None),
        )

    def _block(self, layer: int) -> Block:
        prefix = f"h.{layer}."
        return Block(
            norm_1=self._norm(f"{prefix}ln_1"),
            qkv=self._named(f"{prefix}attn.c_attn"),
            out=self._named(f"{prefix}attn.c_proj"),
            norm_2=self._norm(f"{prefix}ln_2"),
            up=self._named(f"{prefix}mlp.c_fc"),
            down=self._named(f"{prefix}mlp.c_proj"),
            scale=self._architecture.scales[layer],
        )

    def _norm(self, name: str) -> Norm:
        return Norm(
            self._hold(self._arrays[f"{name}.weight"]), self._hold(self._arrays[f"{name}.bias"])
        )

    def _named(self, name: str) -> Linear:
        return self._linear(self._arrays[f"{name}.weight"], self._arrays[f"{name}.bias"])

    def _linear(self, weight: ndarray, bias: ndarray | None) -> Linear:
        """Of a weight (inputs, outputs), which may be a turned view of the head's."""
        inputs, outputs = weight.shape
        layer = Linear(inputs=inputs, outputs=outputs)
        if bias is not None:
            layer.bias = self._hold(bias)
        if self._dtype == "float32":
            turned = weight.strides[0] < weight.strides[1]
            layer.form = FORMS["by_output" if turned else "by_input"]
            layer.weight = self._hold(weight)
        else:
            self._pack(layer, weight)
        return layer

    def _pack(self, layer: Linear, weight: ndarray) -> None:
        inputs, outputs = weight.shape
        layer.form = FORMS[self._dtype]
        layer.weight = self._hold(self._room[self._filled :])
        self._filled += self._library.packed_bytes(self._dtype, inputs, outputs)
        if self._dtype == "int8":
            layer.scales = self._hold(np.empty(outputs, np.float32))
            layer.sums = self._hold(np.empty(outputs, np.int32))
        by_input, by_output = (stride // weight.itemsize for stride in weight.strides)
        self._library.pack(
            self._dtype, (inputs, outputs), weight.ctypes.data, (by_input, by_output),
            layer.weight, layer.scales, layer.sums,
        )  # fmt: skip

    def _packed_bytes(self) -> int:
        """Of all weights together: in one large piece of memory, which gets large pages."""
        if self._dtype == "float32":
            return 0
        shapes = [
            s for n, s in self._architecture.shapes().items() if n.startswith("h.") and len(s) == 2
        ]
        shapes.append((self._architecture.width, self._architecture.vocabulary))
        return sum(self._library.packed_bytes(self._dtype, *shape) for shape in shapes)

    def _hold(self, array: ndarray) -> int:
        """The array's address, which stays good as long as the model does."""
        self.held.append(array)
        address: int = array.ctypes.data
        return address
