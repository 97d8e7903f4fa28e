/* The widest vectors of the processor that this is compiled for, and numbers of fewer bits.
 *
 * x86-64 with AVX2 and FMA, or with AVX-512 and its 8-bit dot products.
 */
#pragma once

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))

INLINE float greater(float a, float b) { return a > b ? a : b; } /* fmaxf is a call */
INLINE int least(int a, int b) { return a < b ? a : b; }

#ifdef __AVX512F__
enum { LANES = 16, WIDE = 4 };
#else
enum { LANES = 8, WIDE = 2 };
#endif

enum {
    PANEL = LANES * WIDE, /* columns that one tile of a product computes */
    TILE = 6,             /* rows of it: TILE * WIDE sums stay in registers */
};

typedef float vec __attribute__((vector_size(4 * LANES)));
typedef int32_t ints __attribute__((vector_size(4 * LANES)));
/* The same, wherever they lie. */
typedef float loose_vec __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int32_t loose_ints __attribute__((vector_size(4 * LANES), aligned(1), may_alias));

/* How numbers are stored. */
enum number { FLOAT32, BFLOAT16, FLOAT16 };

INLINE size_t size_of(enum number number) { return number == FLOAT32 ? 4 : 2; }

INLINE vec load(const float *from) { return *(const loose_vec *)from; }
INLINE void store(float *to, vec value) { *(loose_vec *)to = value; }

/* LANES numbers from the one at `index` on. */
INLINE vec load_as(enum number number, const void *from, size_t index) {
    if (number == FLOAT32) return load((const float *)from + index);
    const void *stored = (const uint16_t *)from + index;
#ifdef __AVX512F__
    __m256i halves = _mm256_loadu_si256(stored);
    if (number == FLOAT16) return (vec)_mm512_cvtph_ps(halves);
    return (vec)_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16);
#else
    __m128i halves = _mm_loadu_si128(stored);
    if (number == FLOAT16) return (vec)_mm256_cvtph_ps(halves);
    return (vec)_mm256_slli_epi32(_mm256_cvtepu16_epi32(halves), 16);
#endif
}

/* Round one number to the nearest that can be stored, to the even one of two. */
INLINE void store_as(enum number number, void *to, size_t index, float value) {
    if (number == FLOAT32) {
        ((float *)to)[index] = value;
    } else if (number == BFLOAT16) {
        union { float value; uint32_t bits; } it = {value};
        ((uint16_t *)to)[index] = (it.bits + 0x7fff + (it.bits >> 16 & 1)) >> 16;
    } else {
        ((uint16_t *)to)[index] = _cvtss_sh(value, _MM_FROUND_TO_NEAREST_INT);
    }
}

/* The largest that an activation of 8 bits becomes. Without dot products of the processor's own, pairs of
 * products are added in 16 bits, which larger ones could overflow. */
#ifdef __AVX512VNNI__
enum { LEVELS = 127 };
#else
enum { LEVELS = 63 };
#endif

/* sums + products of four unsigned bytes of `a` and four signed ones of `b` in each lane. */
INLINE ints dot4(ints sums, ints a, ints b) {
#ifdef __AVX512VNNI__
    return (ints)_mm512_dpbusd_epi32((__m512i)sums, (__m512i)a, (__m512i)b);
#elif defined(__AVX512F__)
    __m512i pairs = _mm512_maddubs_epi16((__m512i)a, (__m512i)b);
    return sums + (ints)_mm512_madd_epi16(pairs, _mm512_set1_epi16(1));
#else
    __m256i pairs = _mm256_maddubs_epi16((__m256i)a, (__m256i)b);
    return sums + (ints)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
#endif
}

INLINE float sum_of(vec value) {
#ifdef __AVX512F__
    return _mm512_reduce_add_ps((__m512)value);
#else
    float total = 0;
    for (int lane = 0; lane < LANES; lane++) total += value[lane];
    return total;
#endif
}
