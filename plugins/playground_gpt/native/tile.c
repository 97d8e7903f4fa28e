#include "tile.h"

void tile(enum number number, int rows, const float *x, size_t x_stride, const void *w, size_t w_stride,
          int inputs, float (*sums)[PANEL], int more) {
#define IN_FLOAT32(R) tile_of(FLOAT32, R, x, x_stride, w, w_stride, inputs, sums, more)
#define IN_BFLOAT16(R) tile_of(BFLOAT16, R, x, x_stride, w, w_stride, inputs, sums, more)
#define IN_FLOAT16(R) tile_of(FLOAT16, R, x, x_stride, w, w_stride, inputs, sums, more)
    switch (number) {
        case FLOAT32: FOR_ROWS(rows, IN_FLOAT32) break;
        case BFLOAT16: FOR_ROWS(rows, IN_BFLOAT16) break;
        case FLOAT16: FOR_ROWS(rows, IN_FLOAT16) break;
    }
}

void tile_bytes(int rows, const uint8_t *q, size_t q_stride, const int8_t *w, int inputs,
                int32_t (*sums)[PANEL]) {
#define IN_BYTES(R) tile_of_bytes(R, q, q_stride, w, inputs, sums)
    FOR_ROWS(rows, IN_BYTES)
}
