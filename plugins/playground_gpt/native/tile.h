/* The one inner loop of all products: up to TILE rows times one panel of PANEL columns.
 *
 * A sum is taken in the order of its terms, whatever else is computed beside it. So a row's result is the
 * same to the bit alone, in a batch, or in the middle of a prompt.
 */
#pragma once

#include "vector.h"

/* Weights are read once, as a stream, faster than a processor expects, and few rows leave it no time to look
 * ahead: ask for them early. AHEAD is in bytes of packed weights, ROWS_AHEAD in inputs of those that lie apart. */
enum { AHEAD = 4096, ROWS_AHEAD = 16 };

INLINE void ask_ahead(const void *from, int bytes) {
    for (int i = 0; i < bytes; i += 64) _mm_prefetch((const char *)from + AHEAD + i, _MM_HINT_T0);
}

/* sums[r][0..PANEL) = x[r * x_stride + k] * w[k * w_stride + 0..PANEL), summed over k < inputs; with `more`,
 * added to what is in `sums`, in the order as if they had been summed together. */
INLINE void tile_of(enum number number, int rows, const float *x, size_t x_stride, const void *w,
                    size_t w_stride, int inputs, float (*sums)[PANEL], int more) {
    vec sum[TILE][WIDE];
#pragma GCC unroll 6
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int j = 0; j < WIDE; j++) sum[r][j] = more ? load(sums[r] + j * LANES) : (vec){0};
    for (int k = 0; k < inputs; k++) {
        vec column[WIDE];
        if (rows == 1 && number != FLOAT32)
            ask_ahead((const uint16_t *)w + k * w_stride, PANEL * sizeof(uint16_t));
#pragma GCC unroll 4
        for (int j = 0; number == FLOAT32 && rows > 1 && j < WIDE; j++)
            _mm_prefetch((const float *)w + (k + ROWS_AHEAD) * w_stride + j * LANES, _MM_HINT_T0);
#pragma GCC unroll 4
        for (int j = 0; j < WIDE; j++) column[j] = load_as(number, w, k * w_stride + j * LANES);
#pragma GCC unroll 6
        for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
            for (int j = 0; j < WIDE; j++) sum[r][j] += x[r * x_stride + k] * column[j];
    }
#pragma GCC unroll 6
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int j = 0; j < WIDE; j++) store(sums[r] + j * LANES, sum[r][j]);
}

/* sums[r][0..PANEL) of whole numbers: q unsigned bytes, w signed ones in the layout of pack.c. */
INLINE void tile_of_bytes(int rows, const uint8_t *q, size_t q_stride, const int8_t *w, int inputs,
                          int32_t (*sums)[PANEL]) {
    ints sum[TILE][WIDE];
#pragma GCC unroll 6
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int j = 0; j < WIDE; j++) sum[r][j] = (ints){0};
    for (int k = 0; k < inputs; k += 4) {
        ints column[WIDE];
        ask_ahead(w + (size_t)k * PANEL, 4 * PANEL);
#pragma GCC unroll 4
        for (int j = 0; j < WIDE; j++)
            column[j] = *(const loose_ints *)(w + (size_t)k * PANEL + j * LANES * 4);
#pragma GCC unroll 6
        for (int r = 0; r < rows; r++) {
            ints four = *(const int32_t *)(q + r * q_stride + k) - (ints){0};
#pragma GCC unroll 4
            for (int j = 0; j < WIDE; j++) sum[r][j] = dot4(sum[r][j], four, column[j]);
        }
    }
#pragma GCC unroll 6
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int j = 0; j < WIDE; j++) *(loose_ints *)(sums[r] + j * LANES) = sum[r][j];
}

/* The same with the number of rows, and of bits, made known to the compiler. */
#define FOR_ROWS(rows, CALL)     \
    switch (rows) {              \
        case 1: CALL(1); break;  \
        case 2: CALL(2); break;  \
        case 3: CALL(3); break;  \
        case 4: CALL(4); break;  \
        case 5: CALL(5); break;  \
        default: CALL(6); break; \
    }

void tile(enum number number, int rows, const float *x, size_t x_stride, const void *w, size_t w_stride,
          int inputs, float (*sums)[PANEL], int more);

void tile_bytes(int rows, const uint8_t *q, size_t q_stride, const int8_t *w, int inputs,
                int32_t (*sums)[PANEL]);
