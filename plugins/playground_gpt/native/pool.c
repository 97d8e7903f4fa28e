/* A worker that has nothing to do looks for work for about a millisecond, so that it is awake when a token
 * follows the one before, then sleeps: waking it takes long. Work does not wait for workers that sleep: who comes late finds nothing left to take.
 */
#include "pool.h"

#include <immintrin.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

enum {
    LOOKS = 20000,        /* each is a pause of some 40 to 140 cycles */
    CLOSED = INT_MAX / 2, /* more than there ever are pieces, and room for those who still ask */
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t news;
    int threads, started; /* wanted, the caller's among them; workers that run */
    atomic_int asleep;
    atomic_uint number;   /* of the work at hand: it changes when there is new */
    atomic_int next;      /* the piece that nobody has taken yet, or CLOSED */
    atomic_int inside;    /* workers that may be at a piece */
    work function;
    void *what;
    int pieces;
    char *rooms;
    size_t room;          /* bytes of each */
} pool = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 1, .next = CLOSED};

static void take_pieces(int thread) {
    int piece;
    while ((piece = atomic_fetch_add(&pool.next, 1)) < CLOSED && piece < pool.pieces)
        pool.function(pool.what, piece, thread);
}

static unsigned wait_for_news(unsigned known) {
    unsigned number;
    for (int look = 0; look < LOOKS; look++) {
        if ((number = atomic_load(&pool.number)) != known) return number;
        _mm_pause();
    }
    pthread_mutex_lock(&pool.lock);
    atomic_fetch_add(&pool.asleep, 1);
    while ((number = atomic_load(&pool.number)) == known)
        pthread_cond_wait(&pool.news, &pool.lock);
    atomic_fetch_sub(&pool.asleep, 1);
    pthread_mutex_unlock(&pool.lock);
    return number;
}

static void *worker(void *thread) {
    for (unsigned known = 0;;) {
        known = wait_for_news(known);
        atomic_fetch_add(&pool.inside, 1);
        take_pieces((int)(intptr_t)thread);
        atomic_fetch_sub(&pool.inside, 1);
    }
    return NULL;
}

/* A child of fork() has none of its parent's threads. */
static void forget_workers(void) {
    pthread_mutex_init(&pool.lock, NULL);
    pthread_cond_init(&pool.news, NULL);
    pool.started = 0;
    pool.asleep = pool.inside = 0;
}

static void start_workers(void) {
    static int prepared;
    if (!prepared) prepared = pthread_atfork(NULL, NULL, forget_workers) == 0;
    while (pool.started < pool.threads - 1) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, worker, (void *)(intptr_t)(pool.started + 1)) != 0)
            return; /* fewer will do it */
        pthread_detach(thread);
        pool.started++;
    }
}

int pool_threads(void) { return pool.threads; }

void pool_set_threads(int threads) {
    if (pool.started == 0 && threads > 0)
        pool.threads = threads < MOST_THREADS ? threads : MOST_THREADS;
}

int pool_reserve(size_t bytes) {
    bytes = (bytes + 4095) / 4096 * 4096;
    if (bytes <= pool.room) return 0;
    free(pool.rooms);
    pool.rooms = aligned_alloc(4096, bytes * pool.threads);
    pool.room = pool.rooms ? bytes : 0;
    return pool.rooms ? 0 : -1;
}

void *pool_room(int thread) { return pool.rooms + thread * pool.room; }

void pool_run(work function, void *what, int pieces) {
    pool.function = function;
    pool.what = what;
    pool.pieces = pieces;
    atomic_store(&pool.next, 0);
    if (pieces > 1) {
        start_workers();
        atomic_fetch_add(&pool.number, 1);
        if (atomic_load(&pool.asleep)) {
            pthread_mutex_lock(&pool.lock);
            pthread_cond_broadcast(&pool.news);
            pthread_mutex_unlock(&pool.lock);
        }
    }
    take_pieces(0);
    atomic_store(&pool.next, CLOSED);
    for (int look = 1; atomic_load(&pool.inside); look++) {
        _mm_pause();
        if (look % 1024 == 0) sched_yield();
    }
}
