"""Held-out text as it is scored."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from playground_charrnn.held_out import validation_chunks


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 400), st.integers(1, 9), st.integers(0, 30), st.integers(1, 20))
def test_every_held_out_character_but_the_first_is_scored_once(
    size: int, rows: int, lead: int, time: int
) -> None:
    chunks = list(validation_chunks(np.arange(size), rows=rows, lead=lead, time=time))
    scored = np.concatenate([chunk.targets[chunk.counted] for chunk in chunks])
    assert sorted(scored.tolist()) == list(range(1, size))
    for chunk in chunks:
        assert (chunk.targets == chunk.inputs + 1)[chunk.counted].all()
