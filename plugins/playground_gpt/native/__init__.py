"""The decoder in C: a processor's own vectors, packed weights, one call for a whole step.

It needs neither torch nor its start-up time. A row's logits are the same to the last bit alone, in a batch,
or in the middle of a prompt. Where it was not built, or the processor lacks what it uses (x86-64 with AVX2),
`playground_gpt.on_torch` computes instead.
"""
