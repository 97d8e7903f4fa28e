"""Presets of text-generation-webui, with the defaults of its neutral preset."""

from __future__ import annotations

import json
from typing import Any

from playground.chain_syntax import Stage
from playground.session.importing.parameters import LeftOut, Parameters

UNIT = 1e-4
"""What `epsilon_cutoff` and `eta_cutoff` count in."""
SLOTS = {
    "quadratic_sampling": "quadratic", "typical_p": "typical", "epsilon_cutoff": "epsilon",
    "eta_cutoff": "eta", "tfs": "tail_free", "encoder_repetition_penalty": "encoder_repetition",
}  # fmt: skip
"""Slots by the names in `sampler_priority`, where they differ."""
FIRST = ("choices", "regex", "json_schema", "grammar", "logit_bias")
TEMPERATURES = ("temperature", "dynamic_temperature", "quadratic")


def read(values: dict[str, Any]) -> Parameters:
    """The parameters of a preset."""
    p = Parameters(dict(values), "webui")
    _penalties(p)
    _dry(p)
    _scaling(p)
    _truncations(p)
    if text := p.take("grammar_string"):
        p.put("grammar", grammar=text)
    p.setting("seed", "seed", none=-1)
    p.setting("max_tokens", "max_new_tokens")
    p.own_order = _own_order(p)
    _strategy(p)
    p.leave_rest()
    return p


def _penalties(p: Parameters) -> None:
    last = p.take("repetition_penalty_range", default=1024)
    for slot, neutral in (
        ("repetition_penalty", 1),
        ("presence_penalty", 0),
        ("frequency_penalty", 0),
    ):
        value = p.take(slot, default=neutral)
        if value != neutral:
            p.put(slot, penalty=value, scope="all", last=last)
    p.number("encoder_repetition", "encoder_repetition_penalty", neutral=1)
    p.number("no_repeat_ngram", "no_repeat_ngram_size", neutral=0)


def _dry(p: Parameters) -> None:
    multiplier = p.take("dry_multiplier", default=0)
    base, allowed = p.take("dry_base", default=1.75), p.take("dry_allowed_length", default=2)
    breakers = p.take("dry_sequence_breakers", default='"\\n", ":", "\\"", "*"')
    if isinstance(breakers, str):
        breakers = json.loads(f"[{breakers.strip('[]')}]")
    if multiplier:
        p.put("dry", multiplier=multiplier, base=base, allowed=allowed, breakers=breakers)


def _scaling(p: Parameters) -> None:
    p.number("temperature", "temperature", neutral=1)
    low, high = p.take("dynatemp_low", default=1), p.take("dynatemp_high", default=1)
    exponent = p.take("dynatemp_exponent", default=1)
    if p.take("dynamic_temperature"):
        p.put("dynamic_temperature", low=low, high=high, exponent=exponent)
    factor, curve = p.take("smoothing_factor", default=0), p.take("smoothing_curve", default=1)
    if factor:
        p.put("quadratic", factor=factor, curve=curve)


def _truncations(p: Parameters) -> None:
    p.number("top_n_sigma", "top_n_sigma", neutral=0)
    if k := p.take("top_k", default=0):
        p.put("top_k", k=k, ties="keep")
    p.number("top_p", "top_p", neutral=1)
    p.number("typical", "typical_p", neutral=1)
    for slot in ("epsilon", "eta"):
        if cutoff := p.take(f"{slot}_cutoff", default=0):
            p.put(slot, epsilon=round(cutoff * UNIT, 12))
    p.number("tail_free", "tfs", neutral=1)
    p.number("top_a", "top_a", neutral=0)
    p.number("min_p", "min_p", neutral=0)
    probability, threshold = p.take("xtc_probability", default=0), p.take("xtc_threshold")
    if probability:
        p.put("xtc", threshold=0.1 if threshold is None else threshold, probability=probability)
        p.left_out.append(
            LeftOut(
                "xtc", probability, "there it does not act on line breaks and ends: protect=[…]"
            )
        )


def _strategy(p: Parameters) -> None:
    mode = p.take("mirostat_mode", default=0)
    tau, eta = p.take("mirostat_tau", default=5.0), p.take("mirostat_eta", default=0.1)
    alpha = p.take("penalty_alpha", default=0)
    p.leave("guidance_scale", "guidance wants a negative prompt: see cfg", neutral=1)
    if mode:
        name = "mirostat_v1" if mode == 1 else "mirostat"
        options = {"tau": float(tau), "eta": float(eta), "surprise": "renormalised"}
        p.strategy = Stage(name, (), options)
    elif not p.take("do_sample", default=True):
        p.strategy = Stage("greedy")
        if alpha:
            k = p.stages.get("top_k")
            options = {"alpha": alpha, "k": k.arguments[0] if k else 4}
            p.strategy = Stage("contrastive", (), options)
    p.take("do_sample")


def _own_order(p: Parameters) -> tuple[str, ...] | None:
    priority, last = p.take("sampler_priority"), p.take("temperature_last")
    if not priority and not last:
        return None
    from playground.session.importing.orders import ORDERS

    slots = list(ORDERS["webui"])
    if priority:
        names = priority.splitlines() if isinstance(priority, str) else priority
        chosen = [SLOTS.get(name.strip(), name.strip()) for name in names]
        # What the list does not name is applied after it.
        slots = [*FIRST, *(s for s in chosen if s in slots), *(s for s in slots if s not in chosen)]
        slots = list(dict.fromkeys(slots))
    if last:
        slots = [s for s in slots if s not in TEMPERATURES] + list(TEMPERATURES)
    return tuple(slots)
