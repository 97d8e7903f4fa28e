#include "attention.h"

#include <math.h>
#include <string.h>

#include "elementwise.h"
#include "pool.h"
#include "tile.h"

static int64_t in_panels(int64_t positions) { return (positions + PANEL - 1) / PANEL * PANEL; }

size_t attention_room(int64_t positions) { return sizeof(float) * TILE * in_panels(positions); }

static void *at(const struct log *log, void *base, size_t index) {
    return (char *)base + index * size_of(log->number);
}

/* Which of all heads in the log it is, in the panel of `position`. */
static size_t place_of(const struct log *log, int head, int64_t position) {
    return (position / PANEL * log->heads_of_panel + head) * PANEL;
}

static void *keys_of(const struct log *log, int head, int64_t position) {
    return at(log, log->keys, place_of(log, head, position) * log->head_width);
}

static void *values_of(const struct log *log, int head, int64_t position) {
    return at(log, log->values, place_of(log, head, position) * log->padded);
}

void remember(const struct log *log, int head, int position, int count, const float *keys, const float *values,
              size_t stride) {
    int width = log->head_width;
    for (int last = position + count; position < last; position++, keys += stride, values += stride) {
        void *panel = keys_of(log, head, position), *row = values_of(log, head, position);
        size_t first = (size_t)(position % PANEL) * log->padded;
        for (int d = 0; d < width; d++) {
            store_as(log->number, panel, d * PANEL + position % PANEL, keys[d]);
            store_as(log->number, row, first + d, values[d]);
        }
        for (int d = width; d < log->padded; d++) store_as(log->number, row, first + d, 0);
    }
}

/* Scores (count) become weights that are e to the score less the highest; what lies beyond, up to `padded`,
 * weighs nothing. Returns their sum. */
static float weigh(float *scores, int64_t count, int64_t padded) {
    float peak = scores[0], total = 0;
#pragma omp simd reduction(max : peak)
    for (int64_t i = 0; i < count; i++) peak = greater(peak, scores[i]);
    memset(scores + count, 0, sizeof(float) * (padded - count));
    for (int64_t i = 0; i < count; i += PANEL) {
        /* By panels, so that the sum does not depend on how far other rows look. */
        float part = 0;
        int64_t end = i + PANEL < count ? i + PANEL : count;
#pragma omp simd reduction(+ : part)
        for (int64_t j = i; j < end; j++) part += scores[j] = exponential(scores[j] - peak);
        total += part;
    }
    return total;
}

static void tell(const struct looking *look, int row, int head, const float *weights, float total) {
    float *to = look->attention + head * look->attention_head + row * look->attention_row;
    for (int64_t i = 0; i < look->attention_row; i++)
        to[i] = i <= look->position + row ? weights[i] / total : 0;
}

static void look_back(const struct looking *look, int head, float scale, float *scores) {
    const struct log *log = look->log;
    int width = log->head_width, rows = look->count;
    int64_t length = look->position + rows, padded = in_panels(length);
    float sums[TILE][PANEL], totals[TILE];
    const float *queries = look->queries + head * width;
    for (int64_t panel = 0; panel < padded; panel += PANEL) {
        tile(log->number, rows, queries, look->stride, keys_of(log, head, panel), PANEL, width, sums, 0);
        for (int r = 0; r < rows; r++)
            for (int j = 0; j < PANEL; j++) scores[r * padded + panel + j] = sums[r][j] * scale;
    }
    for (int r = 0; r < rows; r++) {
        totals[r] = weigh(scores + r * padded, look->position + r + 1, padded);
        if (look->attention) tell(look, r, head, scores + r * padded, totals[r]);
    }
    for (int first = 0; first < width; first += PANEL) {
        int count = width - first < PANEL ? width - first : PANEL;
        for (int64_t panel = 0; panel < length; panel += PANEL) {
            const void *values = at(log, values_of(log, head, panel), first);
            int seen = length - panel < PANEL ? length - panel : PANEL;
            tile(log->number, rows, scores + panel, padded, values, log->padded, seen, sums, panel > 0);
        }
        for (int r = 0; r < rows; r++) {
            float *mixed = look->mixed + ((size_t)r * log->heads + head) * width + first;
            for (int d = 0; d < count; d++) mixed[d] = sums[r][d] / totals[r];
        }
    }
}

struct attending { const struct looking *tiles; int heads; float scale; };

static void attend_piece(void *what, int piece, int thread) {
    const struct attending *a = what;
    look_back(a->tiles + piece / a->heads, piece % a->heads, a->scale, pool_room(thread));
}

void attend(const struct looking *tiles, int count, float scale) {
    struct attending a = {tiles, tiles->log->heads, scale};
    pool_run(attend_piece, &a, count * a.heads);
}
