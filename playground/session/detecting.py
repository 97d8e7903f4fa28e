"""Looking for a watermark: the stage of a chain that leaves one finds it again, knowing its options."""

from __future__ import annotations

from collections.abc import Sequence

from playground.api.decoding import Detector
from playground.api.errors import InvalidInput
from playground.api.results import Detection
from playground.chain_stages import build_stages
from playground.plugins import Plugins

SURE = 4.0
"""Standard deviations from which on a text is said to be marked: 3 of 100,000 others have as much."""


def detect(chain: str, plugins: Plugins, ids: Sequence[int], vocabulary: int) -> Detection:
    """What speaks for the mark of `chain` in the text `ids`. Raises InvalidInput where it leaves none."""
    for _, stage in build_stages(chain, plugins).processors:
        if isinstance(stage, Detector):
            return stage.detect(ids, vocabulary)
    raise InvalidInput(
        f"the chain {chain!r} leaves no watermark that could be found",
        'name the one to look for, with its options: "watermark(key=15485863)"',
    )


def verdict(found: Detection) -> str:
    """What is found, in a line."""
    marked = "watermarked" if found.z >= SURE else "no watermark found"
    return (
        f"{marked}: z = {found.z:.2f}, p = {found.p_value:.2g}; {found.share:.1%} marked where"
        f" {found.expected:.1%} are expected, of {found.tokens} tokens that count"
    )
