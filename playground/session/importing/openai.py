"""The body of a request to a completions API, OpenAI's or vLLM's with its extras."""

from __future__ import annotations

from typing import Any

from playground.chain_syntax import Stage
from playground.session.importing.parameters import Parameters

NOT_DECODING = ("model", "prompt", "messages", "stream", "stream_options", "user", "logprobs",
                "top_logprobs", "echo", "store", "metadata")  # fmt: skip

ORDER = (
    "choices", "regex", "json_schema", "grammar", "allow", "bad_words", "min_new_tokens", "logit_bias",
    "repetition_penalty", "frequency_penalty", "presence_penalty", "temperature", "min_p", "top_k",
    "top_p", "typical",
)  # fmt: skip
"""vLLM's; OpenAI does not tell its own."""


def read(values: dict[str, Any]) -> Parameters:
    """The parameters of a request."""
    p = Parameters(dict(values), "openai", own_order=ORDER)
    for name in NOT_DECODING:
        p.take(name)
    p.number("temperature", "temperature", neutral=1)
    if (k := p.take("top_k", default=0)) > 0:
        p.put("top_k", k=k)
    p.number("top_p", "top_p", neutral=1)
    p.number("min_p", "min_p", neutral=0)
    p.number("typical", "typical_p", neutral=1)
    p.number("repetition_penalty", "repetition_penalty", neutral=1)
    p.number("presence_penalty", "presence_penalty", neutral=0)
    p.number("frequency_penalty", "frequency_penalty", neutral=0)
    p.number("min_new_tokens", "min_tokens", neutral=0)
    _words(p)
    _constraints(p)
    p.setting("max_tokens", "max_tokens", "max_completion_tokens")
    p.setting("seed", "seed")
    p.setting("n", "n", none=1)
    if stop := p.take("stop"):
        p.settings["stop"] = [stop] if isinstance(stop, str) else list(stop)
    if p.take("use_beam_search"):
        penalty = p.take("length_penalty", default=1.0)
        p.strategy = Stage("beam", (p.take("best_of", default=4),), {"length_penalty": penalty})
    p.leave_rest()
    return p


def _words(p: Parameters) -> None:
    if biases := p.take("logit_bias"):
        p.put("logit_bias", biases={int(token): bias for token, bias in biases.items()})
    if words := p.take("bad_words"):
        p.put("bad_words", words=list(words))
    if tokens := p.take("allowed_token_ids"):
        p.put("allow", tokens=list(tokens))


def _constraints(p: Parameters) -> None:
    form = p.take("response_format") or {}
    if form.get("type") == "json_object":
        p.put("json_schema", schema={"type": "object"})
    elif form.get("type") == "json_schema":
        p.put("json_schema", schema=form["json_schema"].get("schema", {}))
    given = {
        "json_schema": (p.take("guided_json"), "schema"),
        "regex": (p.take("guided_regex"), "pattern"),
        "choices": (p.take("guided_choice"), "choices"),
        "grammar": (p.take("guided_grammar"), "grammar"),
    }
    for slot, (value, option) in given.items():
        if value is not None:
            p.put(slot, **{option: value})
