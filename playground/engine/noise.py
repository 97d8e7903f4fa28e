"""Randomness as a pure function of (seed, sequence, position, token id).

The same seed gives the same text alone or in a batch, after a rewind, on any device; strategies compared on
one seed share their noise. Integer hashing only, so that every platform draws the same bits.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy import ndarray

MASK = (1 << 64) - 1
MASK_32 = (1 << 32) - 1
FLOAT32_STEP = 2.0**-24
"""Between the float32 numbers right below 1, to which uniform variates are rounded."""
SHIFT_15, SHIFT_16 = np.uint32(15), np.uint32(16)
FIRST_FACTOR, SECOND_FACTOR = np.uint32(0x7FEB352D), np.uint32(0x846CA68B)
LOWEST_EXPONENTIAL = np.float32(-(2.0**-33))


def splitmix64(value: int) -> int:
    """The finalizer of SplitMix64 (Steele, Lea and Flood 2014): a bijection of 64-bit integers."""
    value = (value + 0x9E3779B97F4A7C15) & MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
    return value ^ (value >> 31)


class HashedNoise:
    """Noise of one sequence of one request."""

    def __init__(self, seed: int, sequence: int) -> None:
        self._key = splitmix64(splitmix64(seed) ^ sequence)

    def gumbel(self, position: int, ids: ndarray | None, size: int) -> ndarray:
        """Standard Gumbel variates (n,) float32 for token `ids` (None: 0 to size - 1)."""
        return gumbel_of(self.bits(position, ids, size))

    def bits(self, position: int, ids: ndarray | None, size: int) -> ndarray:
        """32 random bits, (n,) uint32, for each; what `gumbel` is made of."""
        key = splitmix64(self._key ^ position)
        low, high = np.uint32(key & MASK_32), np.uint32(key >> 32)
        tokens = _all_ids(size) if ids is None else ids.astype(np.uint32)
        # Two rounds of a 32-bit finalizer, keyed before and between, so that the tokens of one position
        # and the positions of one token are independent.
        bits = tokens ^ low
        _mix32(bits)
        bits += high
        _mix32(bits)
        return bits

    def uniform(self, position: int, stream: int = 0) -> float:
        """One uniform variate in [0, 1) with 53 random bits."""
        key = splitmix64(splitmix64(self._key ^ position) ^ (stream + 1))
        return (key >> 11) * 2.0**-53


def gumbel_of(bits: ndarray) -> ndarray:
    """The standard Gumbel variates (n,) float32 made of `bits` (n,) uint32: higher ones of higher bits."""
    # 2**-32 * (bits + 1/2) lies strictly between 0 and 1.
    uniform = bits * 2.0**-32
    uniform += 2.0**-33
    variates = uniform.astype(np.float32)
    np.log(variates, out=variates)
    # float32 rounds the largest uniforms to 1, whose exponential variate would be 0.
    np.minimum(variates, LOWEST_EXPONENTIAL, out=variates)
    np.negative(variates, out=variates)
    np.log(variates, out=variates)
    return np.negative(variates, out=variates)


def bits_reaching(variate: float) -> int:
    """The least bits, or lower, of which a Gumbel variate of `variate` or more is made."""
    # float32 logarithms are off by less than a thousandth; where the argument is cut, any bits will do.
    uniform = math.exp(-math.exp(min(0.001 - variate, 6))) - FLOAT32_STEP
    return max(0, math.floor(uniform * 2**32) - 1)


@cache
def _all_ids(size: int) -> ndarray:
    ids = np.arange(size, dtype=np.uint32)
    ids.setflags(write=False)
    return ids


def _mix32(value: ndarray) -> None:
    """The 32-bit finalizer `lowbias32` (Wellons 2018), in place; arithmetic wraps modulo 2**32."""
    value ^= value >> SHIFT_16
    value *= FIRST_FACTOR
    value ^= value >> SHIFT_15
    value *= SECOND_FACTOR
    value ^= value >> SHIFT_16
