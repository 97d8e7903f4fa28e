#include "gpt.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "attention.h"
#include "pool.h"

enum { CHUNK = 21 * TILE }; /* tokens that go through linear layers together: what they leave fits a cache */

/* Room for what lies between the layers, kept from read to read. */
static struct {
    size_t bytes;
    char *memory;
} room;
static pthread_mutex_t reading = PTHREAD_MUTEX_INITIALIZER;

/* One call of gpt_read: `tokens` of all rows laid end to end, of which `asked` matter in the last layer. */
struct pass {
    const struct gpt *model;
    const struct row *rows;
    int count, tokens, asked, tiles, asked_tiles;
    float *x, *normed, *qkv, *mixed, *inner; /* (tokens, …), normed and inner (CHUNK, …) */
    uint8_t *bytes;                          /* for the products in 8 bits */
    struct log *logs;                        /* (rows,) of the layer at hand */
    struct looking *every, *some;            /* tiles of all tokens, and of those asked */
};

static int asked_of(const struct row *row) {
    if (row->hidden || row->attention) return row->count;
    return row->kept < 1 ? 1 : row->kept;
}

struct norming { const struct norm *norm; const float *x; float *to; int width; float epsilon; };

static void norm_row(void *what, int row, int thread) {
    (void)thread;
    const struct norming *n = what;
    const float *x = n->x + (size_t)row * n->width, *weight = n->norm->weight, *bias = n->norm->bias;
    float *to = n->to + (size_t)row * n->width, sum = 0, squares = 0;
#pragma omp simd reduction(+ : sum)
    for (int i = 0; i < n->width; i++) sum += x[i];
    float mean = sum / n->width;
#pragma omp simd reduction(+ : squares)
    for (int i = 0; i < n->width; i++) squares += (x[i] - mean) * (x[i] - mean);
    float scale = 1 / sqrtf(squares / n->width + n->epsilon);
    for (int i = 0; i < n->width; i++) to[i] = (x[i] - mean) * scale * weight[i] + bias[i];
}

static void normalise(const struct gpt *model, const struct norm *norm, const float *x, int rows, float *to) {
    struct norming n = {norm, x, to, model->width, model->epsilon};
    pool_run(norm_row, &n, rows);
}

static void embed(const struct pass *p) {
    const struct gpt *model = p->model;
    float *x = p->x;
    for (const struct row *row = p->rows; row < p->rows + p->count; row++)
        for (int i = 0; i < row->count; i++, x += model->width) {
            const float *token = model->tokens + (size_t)row->tokens[i] * model->width;
            const float *place = model->places + (size_t)(row->start + i) * model->width;
            for (int j = 0; j < model->width; j++) x[j] = token[j] + place[j];
        }
}

static void project(const struct pass *p, const struct block *block) {
    const struct gpt *model = p->model;
    int width = model->width;
    for (int from = 0; from < p->tokens; from += CHUNK) {
        int rows = least(CHUNK, p->tokens - from);
        const float *x = p->x + (size_t)from * width;
        if (model->pre_norm) normalise(model, &block->norm_1, x, rows, p->normed), x = p->normed;
        linear(&block->qkv, x, rows, p->bytes, p->qkv + (size_t)from * 3 * width, STORED);
    }
}

static void remember_piece(void *what, int piece, int thread) {
    (void)thread;
    const struct pass *p = what;
    int heads = p->model->heads, head = piece % heads, width = p->model->width;
    const struct log *log = p->logs + piece / heads;
    const struct row *row = p->rows + piece / heads;
    const float *qkv = p->qkv + head * log->head_width;
    for (const struct row *before = p->rows; before < row; before++) qkv += (size_t)before->count * 3 * width;
    remember(log, head, row->start, row->count, qkv + width, qkv + 2 * width, 3 * width);
}

/* The log of every row at `layer`, with the new tokens in it. */
static void remember_layer(const struct pass *p, int layer) {
    const struct gpt *model = p->model;
    int head_width = model->width / model->heads;
    int padded = (head_width + PANEL - 1) / PANEL * PANEL;
    size_t heads = (size_t)layer * model->heads * PANEL * size_of(model->number);
    for (int r = 0; r < p->count; r++) {
        const struct row *row = p->rows + r;
        p->logs[r] = (struct log){model->number, model->heads, head_width, padded,
                                  (int64_t)model->layers * model->heads,
                                  (char *)row->keys + heads * head_width,
                                  (char *)row->values + heads * padded};
    }
    int pieces = p->count * model->heads;
    if (p->tokens > TILE) pool_run(remember_piece, (void *)p, pieces);
    else /* less than what meeting costs */
        for (int piece = 0; piece < pieces; piece++) remember_piece((void *)p, piece, 0);
}

/* Lay out who looks back with whom: the last `asked` tokens of each row, or all. */
static int tiles_of(const struct pass *p, struct looking *tiles, int every) {
    int width = p->model->width, count = 0;
    const float *qkv = p->qkv;
    float *mixed = p->mixed;
    for (int r = 0; r < p->count; r++) {
        const struct row *row = p->rows + r;
        int first = every ? 0 : row->count - asked_of(row);
        for (int i = first; i < row->count; i += TILE, count++) {
            int looking = least(TILE, row->count - i);
            tiles[count] = (struct looking){.log = p->logs + r, .queries = qkv + (size_t)i * 3 * width,
                                            .stride = 3 * width, .count = looking,
                                            .position = row->start + i, .mixed = mixed};
            mixed += looking * width;
        }
        qkv += (size_t)row->count * 3 * width;
    }
    return count;
}

/* Where the attention of a layer is to be told. */
static void point_at_attention(const struct pass *p, int layer, struct looking *tiles, int count) {
    int heads = p->model->heads;
    for (struct looking *tile = tiles; tile < tiles + count; tile++) {
        const struct row *row = p->rows + (tile->log - p->logs);
        int64_t length = row->start + row->count;
        tile->attention_row = length, tile->attention_head = length * row->count;
        if (row->attention)
            tile->attention = row->attention + layer * heads * tile->attention_head +
                              (tile->position - row->start) * length;
    }
}

/* The asked tokens move together: nothing looks at the others any more. */
static void leave_the_rest(const struct pass *p, int (*wanted)(const struct row *), int (*had)(const struct row *)) {
    size_t width = p->model->width;
    float *from = p->x, *to = p->x;
    for (const struct row *row = p->rows; row < p->rows + p->count; row++) {
        size_t all = had(row), some = wanted(row);
        memmove(to, from + (all - some) * width, sizeof(float) * some * width);
        from += all * width, to += some * width;
    }
}

static int count_of(const struct row *row) { return row->count; }
static int kept_of(const struct row *row) { return row->kept; }

/* What follows the attention, for `tokens` whose mixtures and x lie side by side. */
static void feed_forward(const struct pass *p, const struct block *block, int tokens) {
    const struct gpt *model = p->model;
    size_t width = model->width;
    for (int from = 0; from < tokens; from += CHUNK) {
        int rows = least(CHUNK, tokens - from);
        float *x = p->x + from * width, *entering = x;
        linear(&block->out, p->mixed + from * width, rows, p->bytes, x, ADDED);
        if (model->pre_norm) entering = p->normed, normalise(model, &block->norm_2, x, rows, entering);
        else normalise(model, &block->norm_1, x, rows, x);
        linear(&block->up, entering, rows, p->bytes, p->inner, (enum then)model->activation);
        linear(&block->down, p->inner, rows, p->bytes, x, ADDED);
        if (!model->pre_norm) normalise(model, &block->norm_2, x, rows, x);
    }
}

static void tell_hidden(const struct pass *p, int layer) {
    size_t width = p->model->width;
    const float *x = p->x;
    for (const struct row *row = p->rows; row < p->rows + p->count; row++) {
        int tokens = layer == p->model->layers ? asked_of(row) : row->count;
        if (row->hidden)
            memcpy(row->hidden + layer * row->count * width, x, sizeof(float) * row->count * width);
        x += tokens * width;
    }
}

static void decode(struct pass *p) {
    int layers = p->model->layers;
    for (int layer = 0; layer < layers; layer++) {
        const struct block *block = p->model->blocks + layer;
        int last = layer == layers - 1;
        struct looking *tiles = last ? p->some : p->every;
        int count = last ? p->asked_tiles : p->tiles;
        tell_hidden(p, layer);
        project(p, block);
        remember_layer(p, layer);
        point_at_attention(p, layer, tiles, count);
        attend(tiles, count, block->scale);
        if (last) leave_the_rest(p, asked_of, count_of);
        feed_forward(p, block, last ? p->asked : p->tokens);
    }
    tell_hidden(p, layers);
}

/* The final norm and the head, for `count` rows of what a layer put out, (count, width): they are lost. */
static void unembed(const struct gpt *model, float *outputs, int count, uint8_t *bytes, float *logits) {
    for (int from = 0; from < count; from += CHUNK) {
        int rows = least(CHUNK, count - from);
        float *x = outputs + (size_t)from * model->width;
        if (model->pre_norm) normalise(model, &model->norm, x, rows, x);
        linear(&model->head, x, rows, bytes, logits + (size_t)from * model->vocabulary, STORED);
    }
}

static void score(struct pass *p, float *logits) {
    int kept = 0;
    for (int r = 0; r < p->count; r++) kept += p->rows[r].kept;
    leave_the_rest(p, kept_of, asked_of);
    unembed(p->model, p->x, kept, p->bytes, logits);
}

static size_t add(size_t *total, size_t bytes) {
    size_t place = *total;
    *total += (bytes + 63) / 64 * 64;
    return place;
}

static int have_room(size_t bytes) {
    if (bytes > room.bytes) {
        free(room.memory);
        room.memory = aligned_alloc(64, bytes);
        room.bytes = room.memory ? bytes : 0;
    }
    return room.memory != NULL;
}

/* Find room for everything between the layers. */
static int prepare(struct pass *p) {
    const struct gpt *model = p->model;
    size_t width = model->width, inner_width = model->inner, bytes = 0;
    size_t widest = inner_width > width ? inner_width : width;
    int64_t longest = 0;
    for (const struct row *row = p->rows; row < p->rows + p->count; row++) {
        p->tokens += row->count, p->asked += asked_of(row);
        if (row->start + row->count > longest) longest = row->start + row->count;
    }
    int tiles = p->tokens / TILE + p->count;
    size_t chunk = least(CHUNK, p->tokens);
    size_t x = add(&bytes, 4 * p->tokens * width), qkv = add(&bytes, 12 * p->tokens * width);
    size_t mixed = add(&bytes, 4 * p->tokens * width), normed = add(&bytes, 4 * chunk * width);
    size_t inner = add(&bytes, 4 * chunk * inner_width), packed = add(&bytes, chunk * (widest + 8) + 128);
    size_t logs = add(&bytes, p->count * sizeof(struct log));
    size_t every = add(&bytes, tiles * sizeof(struct looking));
    size_t some = add(&bytes, tiles * sizeof(struct looking));
    size_t panel = sizeof(float) * widest * PANEL, looking = attention_room(longest);
    if (!have_room(bytes) || pool_reserve(panel > looking ? panel : looking) != 0) return -1;
    char *memory = room.memory;
    p->x = (float *)(memory + x), p->qkv = (float *)(memory + qkv), p->mixed = (float *)(memory + mixed);
    p->normed = (float *)(memory + normed), p->inner = (float *)(memory + inner);
    p->bytes = (uint8_t *)(memory + packed), p->logs = (struct log *)(memory + logs);
    p->every = (struct looking *)(memory + every), p->some = (struct looking *)(memory + some);
    p->tiles = tiles_of(p, p->every, 1), p->asked_tiles = tiles_of(p, p->some, 0);
    return 0;
}

int gpt_panel(void) { return PANEL; }

void gpt_set_threads(int threads) { pool_set_threads(threads); }

int gpt_read(const struct gpt *model, const struct row *rows, int count, float *logits) {
    struct pass pass = {.model = model, .rows = rows, .count = count};
    pthread_mutex_lock(&reading);
    int failed = prepare(&pass);
    if (!failed) {
        embed(&pass);
        decode(&pass);
        score(&pass, logits);
    }
    pthread_mutex_unlock(&reading);
    return failed;
}

int gpt_unembed(const struct gpt *model, float *outputs, int count, float *logits) {
    size_t width = model->width, bytes = 0;
    add(&bytes, least(CHUNK, count) * (width + 8) + 128);
    pthread_mutex_lock(&reading);
    int failed = !have_room(bytes) || pool_reserve(sizeof(float) * width * PANEL) != 0;
    if (!failed) unembed(model, outputs, count, (uint8_t *)room.memory, logits);
    pthread_mutex_unlock(&reading);
    return failed ? -1 : 0;
}
