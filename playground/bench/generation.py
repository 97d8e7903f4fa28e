"""Generation with a random GPT-2 of 124 million parameters, against `transformers.generate` in float32."""

from __future__ import annotations

from typing import Any

from playground.bench.plan import Benchmark, Probe, Target

OURS = "playground.bench.ours:Playground"
TRANSFORMERS = "playground.bench.peers.hugging_face:Transformers"
CTRANSLATE2 = "playground.bench.peers.ctranslate2:CTranslate2"
LLAMA_CPP = "playground.bench.peers.llama_cpp:LlamaCpp"
TOKENS = 24
SHORT, LONG = 32, 512


def ours(dtype: str, measure: str, **arguments: Any) -> Probe:
    """Our engine with weights of `dtype`."""
    return Probe(
        label=dtype, engine=OURS, measure=measure, options={"dtype": dtype}, arguments=arguments
    )


def transformers(measure: str, **arguments: Any) -> Probe:
    """transformers in float32."""
    return Probe(label="transformers", engine=TRANSFORMERS, measure=measure, arguments=arguments)


def peers(dtype: str, measure: str, **arguments: Any) -> tuple[Probe, ...]:
    """CTranslate2 and llama.cpp with weights of about this kind."""
    kinds = (
        ("CTranslate2", CTRANSLATE2, {"kind": dtype}),
        ("llama.cpp", LLAMA_CPP, {"kind": {"float32": "f32", "int8": "q8_0"}[dtype]}),
    )
    return tuple(
        Probe(label=name, engine=engine, measure=measure, options=options, arguments=arguments)
        for name, engine, options in kinds
    )


def decode(dtype: str, context: int, target: float) -> Benchmark:
    """One text, token by token."""
    asked = {"context": context, "tokens": TOKENS}
    return Benchmark(
        name=f"decode-{dtype}-{context}",
        title=f"decoding, {dtype}, context {context}",
        unit="tokens/s",
        ours=ours(dtype, "decode", **asked),
        against=transformers("decode", **asked),
        peers=peers(dtype, "decode", **asked),
        target=Target("faster", target),
    )


def first_token(context: int, target: float) -> Benchmark:
    """From a prompt to its first token."""
    return Benchmark(
        name=f"first-int8-{context}",
        title=f"first token, int8, prompt of {context}",
        unit="ms",
        ours=ours("int8", "first_token", context=context),
        against=transformers("first_token", context=context),
        peers=peers("int8", "first_token", context=context),
        target=Target("faster", target),
    )


def streaming(dtype: str) -> Benchmark:
    """What the engine around the model costs: every token with its text, probabilities and alternatives."""
    asked = {"context": SHORT, "tokens": 2 * TOKENS}
    bare = ours(dtype, "bare_loop", **asked)
    return Benchmark(
        name=f"stream-{dtype}",
        title=f"streamed events against the bare model loop, {dtype}",
        unit="tokens/s",
        ours=ours(dtype, "decode", **asked, chain="temperature(0.8) | top_p(0.95) | sample"),
        against=Probe(
            label="bare loop", engine=bare.engine, measure=bare.measure,
            options=bare.options, arguments=bare.arguments,
        ),
        target=Target("faster", 0.95),
    )  # fmt: skip


def loading() -> Benchmark:
    """Model and tokenizer, the libraries being imported and the files in the page cache."""
    return Benchmark(
        name="load-float32",
        title="loading model and tokenizer, float32",
        unit="ms",
        ours=ours("float32", "load"),
        against=transformers("load"),
        target=Target("faster", 2),
    )


def many() -> Benchmark:
    """Eight texts from one prompt, side by side."""
    asked = {"context": SHORT, "tokens": TOKENS, "sequences": 8}
    return Benchmark(
        name="many-int8-8",
        title="eight sequences, int8, against its eight",
        unit="tokens/s",
        ours=ours("int8", "decode_many", **asked),
        against=transformers("decode_many", **asked),
        target=Target("faster", 4),
    )


def second_turn(dtype: str) -> Benchmark:
    """What a kept prefix saves: the other reads all of it again."""
    prefix, added = 800, 8
    return Benchmark(
        name=f"turn-{dtype}-800",
        title=f"first token of a second turn, {dtype}, {prefix} tokens shared",
        unit="ms",
        ours=ours(dtype, "second_turn", prefix=prefix, added=added),
        against=transformers("first_token", context=prefix + added),
        target=Target("faster", 20),
    )


BENCHMARKS = (
    decode("float32", SHORT, 1.4),
    decode("float32", LONG, 1.4),
    decode("int8", SHORT, 3.5),
    decode("int8", LONG, 3.5),
    first_token(16, 4),
    first_token(256, 2.3),
    first_token(900, 2.5),
    many(),
    second_turn("float32"),
    second_turn("int8"),
    streaming("float32"),
    streaming("int8"),
    loading(),
)
