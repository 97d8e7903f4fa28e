/* Weights in fewer bits, laid out as the products read them: panels of PANEL outputs, one after the other.
 *
 * In 16 bits a panel is (inputs, PANEL); in 8 bits (inputs / 4, PANEL, 4), for what multiplies four bytes at
 * once. Outputs are filled up to whole panels with zeros, and inputs to a multiple of four.
 */
#pragma once

#include "export.h"
#include "linear.h"

/* Bytes of the packed weights. */
EXPORT int64_t gpt_packed_bytes(int form, int inputs, int outputs);

/* Pack float32 weights, w[k * input_stride + n * output_stride], into `packed`. Those of 8 bits are quantised
 * for each output, symmetrically; `scales` and `sums` (outputs,) are of those alone. Returns 0, or -1 where there
 * is no memory. */
EXPORT int gpt_pack(int form, int inputs, int outputs, const float *w, int64_t input_stride, int64_t output_stride,
                    void *packed, float *scales, int32_t *sums);
