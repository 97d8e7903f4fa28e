/* The decoder of GPT-1 and GPT-2: a ragged batch of tokens, read after what each row has read before.
 *
 * Everything here is what the Python side fills in; see native/library.py.
 */
#pragma once

#include "export.h"
#include "linear.h"

struct norm { const float *weight, *bias; };

struct block {
    struct norm norm_1;
    struct linear qkv, out;
    struct norm norm_2;
    struct linear up, down;
    float scale; /* of the attention's scores */
};

struct gpt {
    int32_t layers, width, heads, inner, vocabulary, positions;
    int32_t pre_norm;   /* GPT-2; else GPT-1, which normalises the sums */
    int32_t activation; /* an `enum then` */
    int32_t number;     /* an `enum number`: how keys and values are kept */
    float epsilon;
    const float *tokens, *places; /* embeddings, (vocabulary, width) and (positions, width) */
    const struct block *blocks;
    struct norm norm; /* the last one, of GPT-2 alone */
    struct linear head;
};

/* One read: `count` tokens after `start` others. The log has room for all of them. */
struct row {
    const int32_t *tokens;
    int32_t count, start;
    int32_t kept;         /* of how many of its last tokens the logits are wanted */
    void *keys, *values;  /* the log: (panels, layers, heads, …), see attention.h */
    float *hidden;        /* (layers + 1, count, width), or none */
    float *attention;     /* (layers, heads, count, start + count), or none */
};

/* Positions of a panel of keys, of which a log has whole ones, and columns that a row of values is padded to. */
EXPORT int gpt_panel(void);

/* How many threads there are to compute with; the first call of all decides. */
EXPORT void gpt_set_threads(int threads);

/* Read all rows; `logits` are the kept ones of every row, one row after the other, (kept, vocabulary).
 * Returns 0, or -1 where there is no memory. One read at a time: another waits. */
EXPORT int gpt_read(const struct gpt *model, const struct row *rows, int count, float *logits);

/* The logits (count, vocabulary) of `count` rows of what a layer put out, (count, width), as if it were the last:
 * the final norm and the head. `outputs` are overwritten. Returns 0, or -1 where there is no memory. */
EXPORT int gpt_unembed(const struct gpt *model, float *outputs, int count, float *logits);
