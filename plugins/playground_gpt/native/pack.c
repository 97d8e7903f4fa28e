#include "pack.h"

#include <math.h>
#include <string.h>

#include "pool.h"

struct packing {
    int form, inputs, outputs;
    const float *w;
    int64_t input_stride, output_stride;
    char *packed;
    float *scales;
    int32_t *sums;
};

static int64_t panel_bytes(int form, int inputs) {
    return form == IN_INT8 ? (int64_t)(inputs + 3) / 4 * 4 * PANEL : (int64_t)inputs * PANEL * 2;
}

static int panels_of(int outputs) { return (outputs + PANEL - 1) / PANEL; }

int64_t gpt_packed_bytes(int form, int inputs, int outputs) {
    return panels_of(outputs) * panel_bytes(form, inputs);
}

/* A panel's weights in float32, (inputs, PANEL): whichever way they lie, they are read in their order. */
static void gather(const struct packing *p, int first, int count, float *panel) {
    memset(panel, 0, sizeof(float) * p->inputs * PANEL);
    const float *w = p->w + first * p->output_stride;
    if (p->output_stride == 1) {
        for (int k = 0; k < p->inputs; k++)
            memcpy(panel + k * PANEL, w + k * p->input_stride, sizeof(float) * count);
    } else {
        for (int n = 0; n < count; n++)
            for (int k = 0; k < p->inputs; k++)
                panel[k * PANEL + n] = w[n * p->output_stride + k * p->input_stride];
    }
}

static void quantise(const struct packing *p, int first, int count, const float *panel, int8_t *to) {
    float peaks[PANEL] = {0}, levels[PANEL];
    int32_t sums[PANEL] = {0};
    for (int k = 0; k < p->inputs; k++)
        for (int n = 0; n < PANEL; n++) peaks[n] = greater(peaks[n], fabsf(panel[k * PANEL + n]));
    for (int n = 0; n < PANEL; n++) levels[n] = peaks[n] > 0 ? 127 / peaks[n] : 0;
    for (int k = 0; k < p->inputs; k++) {
        int8_t *group = to + k / 4 * 4 * PANEL + k % 4;
        for (int n = 0; n < PANEL; n++) {
            int32_t whole = (int32_t)rintf(panel[k * PANEL + n] * levels[n]);
            sums[n] += whole;
            group[n * 4] = (int8_t)whole;
        }
    }
    for (int n = 0; n < count; n++) p->scales[first + n] = peaks[n] / 127;
    memcpy(p->sums + first, sums, sizeof(int32_t) * count);
}

static void pack_panel(void *what, int number, int thread) {
    const struct packing *p = what;
    int first = number * PANEL;
    int count = p->outputs - first < PANEL ? p->outputs - first : PANEL;
    float *panel = pool_room(thread);
    gather(p, first, count, panel);
    char *to = p->packed + number * panel_bytes(p->form, p->inputs);
    if (p->form == IN_INT8) {
        memset(to, 0, panel_bytes(p->form, p->inputs));
        quantise(p, first, count, panel, (int8_t *)to);
    } else {
        enum number kind = p->form == IN_BFLOAT16 ? BFLOAT16 : FLOAT16;
        for (int i = 0; i < p->inputs * PANEL; i++) store_as(kind, to, i, panel[i]);
    }
}

int gpt_pack(int form, int inputs, int outputs, const float *w, int64_t input_stride, int64_t output_stride,
             void *packed, float *scales, int32_t *sums) {
    if (pool_reserve(sizeof(float) * inputs * PANEL) != 0) return -1;
    struct packing p = {form, inputs, outputs, w, input_stride, output_stride, packed, scales, sums};
    pool_run(pack_panel, &p, panels_of(outputs));
    return 0;
}
