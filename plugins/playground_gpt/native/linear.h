/* A linear layer, y = x W + b, with W as a file holds it in float32, or packed in fewer bits. */
#pragma once

#include "vector.h"

/* How the weights lie. */
enum form {
    BY_INPUT,  /* float32 (inputs, outputs), as GPT's files hold it */
    BY_OUTPUT, /* float32 (outputs, inputs), as an embedding that is also the head */
    IN_BFLOAT16, IN_FLOAT16, IN_INT8, /* packed: see pack.h */
};

struct linear {
    int32_t form, inputs, outputs;
    const void *weight;
    const float *bias;   /* (outputs,), or none */
    const float *scales; /* of IN_INT8: (outputs,) */
    const int32_t *sums; /* of IN_INT8: the sum of an output's whole numbers, (outputs,) */
};

/* What becomes of a result. */
enum then { STORED, ADDED, ACTIVATED_GELU_TANH, ACTIVATED_GELU, ACTIVATED_RELU, ACTIVATED_SILU };

/* y (rows, outputs) = or += x (rows, inputs) W + b, or its activation. Divides itself among the threads.
 * `bytes` is room for x as bytes: rows * (inputs + 8) + 128, needed by IN_INT8 alone. */
void linear(const struct linear *layer, const float *x, int rows, uint8_t *bytes, float *y, enum then then);
