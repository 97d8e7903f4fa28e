/* What happens to single numbers between the products. Written so that a compiler makes vectors of it. */
#pragma once

#include <math.h>
#include <stdint.h>

#include "vector.h"

/* e to the x, to some 1e-7 of itself (a polynomial of degree 6 after Cephes' expf); clipped, never infinite. */
INLINE float exponential(float x) {
    const float half_away = 12582912.0f; /* 1.5 * 2^23: adding it rounds to a whole number */
    x = x < -87.0f ? -87.0f : x > 88.0f ? 88.0f : x;
    float whole = (x * 1.44269504088896341f + half_away) - half_away;
    float r = x - whole * 0.693359375f + whole * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    union { int32_t bits; float value; } power = {((int32_t)whole + 127) << 23};
    return p * power.value;
}

INLINE float sigmoid_of(float x) { return 1.0f / (1.0f + exponential(-x)); }

/* The tanh approximation of GELU (Hendrycks and Gimpel 2016): (1 + tanh u) / 2 is the sigmoid of 2u. */
INLINE float gelu_tanh(float x) {
    return x * sigmoid_of(1.5957691216057308f * (x + 0.044715f * x * x * x));
}

INLINE float gelu(float x) { return 0.5f * x * (1.0f + erff(x * 0.70710678118654752f)); }
