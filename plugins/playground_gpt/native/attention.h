/* Causal attention of some queries to all that was read before them, and the log of keys and values.
 *
 * The log has a panel of PANEL positions after the other, so that it grows at its end and nothing moves. In a
 * panel, for each layer and head: keys as (head width, PANEL), so that scores are products like all others;
 * values by position, (PANEL, padded), rows filled up with zeros to whole panels.
 */
#pragma once

#include "vector.h"

struct log {
    enum number number;
    int heads, head_width, padded; /* padded: head width in whole panels */
    int64_t heads_of_panel;        /* of all layers together */
    void *keys, *values;           /* of one layer, in the first panel */
};

/* Consecutive tokens of one text, at most TILE, that look back together. */
struct looking {
    const struct log *log;
    const float *queries;   /* (count, stride), a head's part beginning at head * head_width */
    size_t stride;
    int count, position;    /* of the first: it sees positions 0 to `position` */
    float *mixed;           /* (count, heads * head_width) */
    float *attention;       /* what was looked at, (heads, of all asked, length) from this one on; or none */
    int64_t attention_head, attention_row;
};

/* Bytes of room that a thread needs to look back at `positions`. */
size_t attention_room(int64_t positions);

/* Write one head's keys and values of `count` tokens from `position` on, those of a token `stride` after those
 * of the one before. */
void remember(const struct log *log, int head, int position, int count, const float *keys, const float *values,
              size_t stride);

/* Mix the values of what each token looks at. `scale` multiplies the scores. */
void attend(const struct looking *tiles, int count, float scale);
