/* Whether the processor has what this variant was compiled for. This file is compiled for every processor. */

#include "export.h"

EXPORT int gpt_usable(void);

int gpt_usable(void) {
    __builtin_cpu_init();
#ifdef GPT_AVX512
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("fma");
#else
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
#endif
}
