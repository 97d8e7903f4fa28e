"""In which order engines apply their samplers, and the chain that comes of a parameter set in one of them."""

from __future__ import annotations

from playground.api.errors import InvalidInput
from playground.chain_stages import build_stages
from playground.chain_syntax import Stage, format_chain
from playground.plugins import Plugins
from playground.session.importing.parameters import LeftOut, Parameters

CONSTRAINTS = ("choices", "regex", "json_schema", "grammar")

ORDERS: dict[str, tuple[str, ...]] = {
    # transformers 5, `_get_logits_processor`.
    "hf": (
        *CONSTRAINTS, "logit_bias", "sequence_bias", "encoder_repetition", "repetition_penalty",
        "no_repeat_ngram", "bad_words", "min_new_tokens", "forced_bos", "forced_eos", "length_decay",
        "suppress", "begin_suppress", "temperature", "top_h", "top_k", "top_p", "min_p", "typical",
        "epsilon", "eta", "watermark",
    ),
    # llama.cpp, the default of `--samplers`; biases stand before them, the grammar before all.
    "llamacpp": (
        *CONSTRAINTS, "logit_bias", "repetition_penalty", "frequency_penalty", "presence_penalty",
        "dry", "top_n_sigma", "top_k", "typical", "top_p", "min_p", "xtc", "temperature",
        "dynamic_temperature",
    ),
    # text-generation-webui, the default of `sampler_priority`.
    "webui": (
        *CONSTRAINTS, "logit_bias", "repetition_penalty", "presence_penalty", "frequency_penalty",
        "dry", "top_n_sigma", "temperature", "dynamic_temperature", "quadratic", "top_k", "top_p",
        "typical", "epsilon", "eta", "tail_free", "top_a", "min_p", "xtc", "encoder_repetition",
        "no_repeat_ngram",
    ),
    # koboldcpp: biases and DRY first, then `sampler_order` 6, 0, 1, 3, 4, 2, 5, XTC last.
    "kobold": (
        "logit_bias", "dry", "prefilter", *CONSTRAINTS, "repetition_penalty", "presence_penalty",
        "top_k", "top_a", "tail_free", "typical", "top_p", "min_p", "temperature",
        "dynamic_temperature", "quadratic", "top_n_sigma", "xtc",
    ),
}  # fmt: skip

ALWAYS = {"kobold": {"prefilter": Stage("top_k", (3000,))}}
"""Stages that an engine has whatever is set: koboldcpp looks at the 3,000 likeliest tokens alone."""

ENGINES = {
    "hf": "transformers",
    "llamacpp": "llama.cpp",
    "webui": "text-generation-webui",
    "kobold": "koboldcpp",
}


def chain_of(
    parameters: Parameters, plugins: Plugins, order: str | None = None
) -> tuple[str, list[LeftOut]]:
    """The chain in the order of an engine, the set's own if none is said; what it does not express.

    What that engine does not have stands first and is named.
    """
    name = order or parameters.order
    own = parameters.own_order if order is None else None
    slots = ORDERS[name] if own is None else own
    stages = {**parameters.stages, **ALWAYS.get(name, {})}
    strangers = [slot for slot in stages if slot not in slots]
    left_out = list(parameters.left_out)
    if own is not None:
        left_out += [_left(stages.pop(slot), UNUSED) for slot in strangers]
        strangers = []
    written: list[Stage] = []
    for slot in (*strangers, *slots):
        if slot not in stages:
            continue
        if why := _fault(stages[slot], plugins):
            left_out.append(_left(stages[slot], why))
            continue
        written.append(stages[slot])
        if slot in strangers:
            left_out.append(_left(stages[slot], f"{ENGINES[name]} has no such sampler; {ADDED}"))
    strategy = parameters.strategy
    if why := _fault(strategy, plugins):
        left_out.append(_left(strategy, why))
        strategy = parameters.plain
    return build_stages(format_chain([*written, strategy]), plugins).text, left_out


UNUSED = "the set's own order of samplers does not apply it"
ADDED = "it is in the chain all the same, at its beginning"


def _fault(stage: Stage, plugins: Plugins) -> str:
    """Why a stage cannot be built; nothing where it can."""
    try:
        build_stages(str(stage), plugins)
    except InvalidInput as error:
        return error.message
    return ""


def _left(stage: Stage, why: str) -> LeftOut:
    return LeftOut(stage.name, stage.arguments[0] if stage.arguments else stage.options, why)
