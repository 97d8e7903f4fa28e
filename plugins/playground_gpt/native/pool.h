/* Threads that divide small pieces of work: a step of a model is some sixty of them, of 20 to 200 µs each. */
#pragma once

#include <stddef.h>

enum { MOST_THREADS = 64 };

/* One piece of work; `thread` counts from 0, so that each can have memory of its own. */
typedef void (*work)(void *what, int piece, int thread);

/* How many threads there are, the caller's among them. */
int pool_threads(void);

/* Change that: takes effect once, before the first work. */
void pool_set_threads(int threads);

/* Make sure that each thread has room for `bytes` of its own. Returns 0, or -1 where there is no memory. */
int pool_reserve(size_t bytes);

/* The room of a thread: its content does not outlive a piece of work. */
void *pool_room(int thread);

/* Do pieces 0 to pieces - 1 on all threads, and wait for the last. One caller at a time. */
void pool_run(work function, void *what, int pieces);
