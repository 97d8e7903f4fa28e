#include "linear.h"

#include <math.h>
#include <string.h>

#include "elementwise.h"
#include "pool.h"
#include "tile.h"

enum { ZERO = LEVELS + 1 }; /* what zero becomes as an unsigned byte */

/* A product under way. Its pieces are panels of outputs, for groups of rows. */
struct product {
    const struct linear *layer;
    const float *x;
    const uint8_t *q;    /* x as bytes, (rows, stride) */
    const float *levels; /* what a step of a row's bytes is worth, (rows,) */
    size_t stride;
    int rows, group, panels;
    float *y;
    enum then then;
};

/* Take a finished part of a row over into y: `count` numbers from column `first` on. */
static void finish(const struct product *p, int row, int first, int count, float *result) {
    const float *bias = p->layer->bias ? p->layer->bias + first : NULL;
    float *y = p->y + (size_t)row * p->layer->outputs + first;
    if (bias)
        for (int n = 0; n < count; n++) result[n] += bias[n];
    switch (p->then) {
        case STORED: memcpy(y, result, sizeof(float) * count); break;
        case ADDED:
            for (int n = 0; n < count; n++) y[n] += result[n];
            break;
        case ACTIVATED_GELU_TANH:
#pragma omp simd
            for (int n = 0; n < count; n++) y[n] = gelu_tanh(result[n]);
            break;
        case ACTIVATED_GELU:
            for (int n = 0; n < count; n++) y[n] = gelu(result[n]);
            break;
        case ACTIVATED_RELU:
            for (int n = 0; n < count; n++) y[n] = greater(result[n], 0);
            break;
        case ACTIVATED_SILU:
#pragma omp simd
            for (int n = 0; n < count; n++) y[n] = result[n] * sigmoid_of(result[n]);
            break;
    }
}

/* Up to so many rows read weights where they lie, in blocks of so many inputs. */
enum { FEW = 4 * TILE, BLOCK = 64 };

/* Float weights of a panel, and how far apart its rows are; the panel is copied where that pays. */
struct panel { enum number number; const void *w; size_t stride; };

static struct panel panel_of(const struct product *p, int first, int count, int rows, float *room) {
    const struct linear *layer = p->layer;
    size_t inputs = layer->inputs;
    if (layer->form != BY_INPUT) {
        enum number number = layer->form == IN_BFLOAT16 ? BFLOAT16 : FLOAT16;
        return (struct panel){number, (const uint16_t *)layer->weight + first * inputs, PANEL};
    }
    const float *w = (const float *)layer->weight + first;
    if (count == PANEL && rows <= FEW) return (struct panel){FLOAT32, w, layer->outputs};
    memset(room, 0, count < PANEL ? sizeof(float) * inputs * PANEL : 0);
    for (size_t k = 0; k < inputs; k++)
        memcpy(room + k * PANEL, w + k * layer->outputs, sizeof(float) * count);
    return (struct panel){FLOAT32, room, PANEL};
}

/* Few rows: weights are read once, where they lie, a block of inputs after the other for all the rows. */
static void float_few(const struct product *p, int first, int from, int to, struct panel panel) {
    int inputs = p->layer->inputs;
    float sums[FEW][PANEL];
    for (int k = 0; k < inputs; k += BLOCK) {
        const char *w = (const char *)panel.w + k * panel.stride * size_of(panel.number);
        const float *x = p->x + (size_t)from * inputs + k;
        for (int r = 0; r < to - from; r += TILE)
            tile(panel.number, least(TILE, to - from - r), x + (size_t)r * inputs, inputs, w, panel.stride,
                 least(BLOCK, inputs - k), sums + r, k > 0);
    }
    for (int r = 0; r < to - from; r++) finish(p, from + r, first, PANEL, sums[r]);
}

static void float_piece(void *what, int piece, int thread) {
    const struct product *p = what;
    int inputs = p->layer->inputs;
    int first = piece % p->panels * PANEL, from = piece / p->panels * p->group;
    int count = least(PANEL, p->layer->outputs - first), to = least(from + p->group, p->rows);
    struct panel panel = panel_of(p, first, count, to - from, pool_room(thread));
    if (count == PANEL && to - from > TILE && to - from <= FEW) {
        float_few(p, first, from, to, panel);
        return;
    }
    float sums[TILE][PANEL];
    for (int row = from; row < to; row += TILE) {
        int rows = least(TILE, to - row);
        tile(panel.number, rows, p->x + (size_t)row * inputs, inputs, panel.w, panel.stride, inputs, sums, 0);
        for (int r = 0; r < rows; r++) finish(p, row + r, first, count, sums[r]);
    }
}

static void byte_piece(void *what, int piece, int thread) {
    (void)thread;
    const struct product *p = what;
    const struct linear *layer = p->layer;
    int first = piece % p->panels * PANEL, from = piece / p->panels * p->group;
    int count = least(PANEL, layer->outputs - first), to = least(from + p->group, p->rows);
    const int8_t *w = (const int8_t *)layer->weight + first * p->stride;
    int32_t sums[TILE][PANEL];
    float result[PANEL];
    for (int row = from; row < to; row += TILE) {
        int rows = least(TILE, to - row);
        tile_bytes(rows, p->q + row * p->stride, p->stride, w, p->stride, sums);
        for (int r = 0; r < rows; r++) {
            float level = p->levels[row + r];
            for (int n = 0; n < count; n++)
                result[n] = (sums[r][n] - ZERO * layer->sums[first + n]) * (layer->scales[first + n] * level);
            finish(p, row + r, first, count, result);
        }
    }
}

/* The dot products of a few rows with a few rows of weights that lie by output: nothing has to be turned. */
enum { DOTS = 4 };

INLINE void dots_of(int rows, int outputs, const float *x, const float *w, size_t inputs,
                    float (*result)[PANEL]) {
    vec sum[DOTS][DOTS];
    for (int r = 0; r < rows; r++)
        for (int n = 0; n < outputs; n++) sum[r][n] = (vec){0};
    size_t k = 0;
    for (; k + LANES <= inputs; k += LANES) {
        vec column[DOTS];
        for (int n = 0; n < outputs; n++) column[n] = load(w + n * inputs + k);
        for (int r = 0; r < rows; r++) {
            vec own = load(x + r * inputs + k);
            for (int n = 0; n < outputs; n++) sum[r][n] += own * column[n];
        }
    }
    for (int r = 0; r < rows; r++)
        for (int n = 0; n < outputs; n++) {
            float total = sum_of(sum[r][n]);
            for (size_t i = k; i < inputs; i++) total += x[r * inputs + i] * w[n * inputs + i];
            result[r][n] = total;
        }
}

static void dots(int rows, int outputs, const float *x, const float *w, size_t inputs,
                 float (*result)[PANEL]) {
#define OF_FOUR(R) dots_of(R, DOTS, x, w, inputs, result)
#define OF_ONE(R) dots_of(R, 1, x, w, inputs, result)
#define FOR_FEW(CALL)           \
    switch (rows) {             \
        case 1: CALL(1); break; \
        case 2: CALL(2); break; \
        case 3: CALL(3); break; \
        default: CALL(4);       \
    }
    if (outputs == DOTS) {
        FOR_FEW(OF_FOUR)
    } else {
        FOR_FEW(OF_ONE)
    }
}

static void dot_piece(void *what, int piece, int thread) {
    (void)thread;
    const struct product *p = what;
    const struct linear *layer = p->layer;
    int first = piece % p->panels * PANEL, from = piece / p->panels * p->group;
    int last = first + least(PANEL, layer->outputs - first), to = least(from + p->group, p->rows);
    float result[DOTS][PANEL];
    for (int n = first, step; n < last; n += step) {
        step = last - n >= DOTS ? DOTS : 1;
        const float *w = (const float *)layer->weight + (size_t)n * layer->inputs;
        for (int row = from; row < to; row += DOTS) {
            int rows = least(DOTS, to - row);
            dots(rows, step, p->x + (size_t)row * layer->inputs, w, layer->inputs, result);
            for (int r = 0; r < rows; r++) finish(p, row + r, n, step, result[r]);
        }
    }
}

/* A row as bytes, scaled by its own peak, so that it does not depend on what is beside it. */
static void quantise_row(const float *x, int inputs, uint8_t *q, size_t stride, float *level) {
    float peak = 0;
#pragma omp simd reduction(max : peak)
    for (int k = 0; k < inputs; k++) peak = greater(peak, fabsf(x[k]));
    float steps = peak > 0 ? LEVELS / peak : 0;
    for (int k = 0; k < inputs; k++) q[k] = (uint8_t)((int32_t)rintf(x[k] * steps) + ZERO);
    for (size_t k = inputs; k < stride; k++) q[k] = 0; /* the weights there are 0 */
    *level = peak / LEVELS;
}

struct quantising { const float *x; uint8_t *q; float *levels; int inputs; size_t stride; };

static void quantise_piece(void *what, int row, int thread) {
    (void)thread;
    struct quantising *q = what;
    quantise_row(q->x + (size_t)row * q->inputs, q->inputs, q->q + row * q->stride, q->stride, q->levels + row);
}

static void run(struct product *p, work piece) {
    /* Few panels for many threads: divide the rows as well. */
    int tiles = (p->rows + TILE - 1) / TILE, groups = (3 * pool_threads() + p->panels - 1) / p->panels;
    groups = groups < 1 ? 1 : least(groups, tiles);
    p->group = (tiles + groups - 1) / groups * TILE;
    pool_run(piece, p, p->panels * ((p->rows + p->group - 1) / p->group));
}

void linear(const struct linear *layer, const float *x, int rows, uint8_t *bytes, float *y, enum then then) {
    struct product p = {layer, x, .rows = rows, .y = y, .then = then};
    p.panels = (layer->outputs + PANEL - 1) / PANEL;
    if (layer->form == BY_OUTPUT) {
        run(&p, dot_piece);
    } else if (layer->form != IN_INT8) {
        run(&p, float_piece);
    } else {
        p.stride = (layer->inputs + 3) / 4 * 4;
        float *levels = (float *)bytes;
        uint8_t *q = bytes + (sizeof(float) * rows + 63) / 64 * 64;
        struct quantising quantising = {x, q, levels, layer->inputs, p.stride};
        pool_run(quantise_piece, &quantising, rows);
        p.q = q, p.levels = levels;
        run(&p, byte_piece);
    }
}
