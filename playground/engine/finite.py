"""Whether numbers from a plugin are numbers, asked of a whole vocabulary at every token."""

from __future__ import annotations

from math import isfinite

from numpy import ndarray


def all_finite(values: ndarray) -> bool:
    """Whether no value is NaN or infinite."""
    # The places of the highest and of the lowest are found quicker than a sum, and than by looking at each;
    # a NaN counts as both.
    flat = values.ravel()
    return not len(flat) or (isfinite(flat[flat.argmax()]) and isfinite(flat[flat.argmin()]))
