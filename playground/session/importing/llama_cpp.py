"""The flags of llama.cpp's programs, with their defaults."""

from __future__ import annotations

import re
import shlex
from typing import Any

from playground.api.errors import InvalidInput
from playground.chain_syntax import Stage
from playground.session.importing.parameters import LeftOut, Parameters

NAMES = {
    "--temperature": "--temp", "--typical-p": "--typical", "--top-nsigma": "--top-n-sigma",
    "--sampling-seq": "--sampler-seq", "-l": "--logit-bias", "-s": "--seed", "-n": "--n-predict",
    "--predict": "--n-predict", "-j": "--json-schema", "-r": "--reverse-prompt",
}  # fmt: skip
"""Other names of flags."""
NO_VALUE = ("--ignore-eos",)
VALUED = {
    "--temp", "--top-k", "--top-p", "--min-p", "--typical", "--top-n-sigma", "--xtc-probability",
    "--xtc-threshold", "--repeat-penalty", "--repeat-last-n", "--presence-penalty",
    "--frequency-penalty", "--dry-multiplier", "--dry-base", "--dry-allowed-length",
    "--dry-penalty-last-n", "--dry-sequence-breaker", "--dynatemp-range", "--dynatemp-exp",
    "--mirostat", "--mirostat-ent", "--mirostat-lr", "--samplers", "--sampler-seq", "--logit-bias",
    "--grammar", "--json-schema", "--reverse-prompt", "--seed", "--n-predict",
}  # fmt: skip
REPEATED = ("--logit-bias", "--dry-sequence-breaker", "--reverse-prompt")
BREAKERS = ["\n", ":", '"', "*"]
PENALTIES = ("repetition_penalty", "frequency_penalty", "presence_penalty")
TEMPERATURE = ("temperature", "dynamic_temperature")
SAMPLERS = {
    "penalties": PENALTIES, "dry": ("dry",), "top_n_sigma": ("top_n_sigma",), "top_k": ("top_k",),
    "typ_p": ("typical",), "typical_p": ("typical",), "top_p": ("top_p",), "min_p": ("min_p",),
    "xtc": ("xtc",), "temperature": TEMPERATURE, "temp": TEMPERATURE,
}  # fmt: skip
LETTERS = {
    "e": "penalties", "d": "dry", "s": "top_n_sigma", "k": "top_k", "y": "typ_p", "p": "top_p",
    "m": "min_p", "x": "xtc", "t": "temperature",
}  # fmt: skip
FIRST = ("choices", "regex", "json_schema", "grammar", "logit_bias")


def read(text: str) -> Parameters:
    """The parameters that a command line sets. Raises InvalidInput for one that cannot be read."""
    p = Parameters(_flags(text), "llamacpp")
    p.own_order = _own_order(p)
    _penalties(p)
    _truncations(p)
    _constraints(p)
    p.setting("seed", "--seed", none=-1)
    p.setting("max_tokens", "--n-predict", none=-1)
    if stop := p.take("--reverse-prompt"):
        p.settings["stop"] = stop
    _strategy(p)
    p.leave_rest()
    return p


def _flags(text: str) -> dict[str, Any]:
    """Values by flag, True for one without a value; what is no flag, such as the program, is left out."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise InvalidInput(f"these flags cannot be read: {error}", "check the quotes") from None
    found: dict[str, Any] = {}
    while words:
        word = words.pop(0)
        if not word.startswith("-"):
            continue
        name, equals, value = word.partition("=")
        name = NAMES.get(name, name)
        if name not in NO_VALUE and not equals and words and _is_value(words[0]):
            value, equals = words.pop(0), "="
        if not equals and name in VALUED:
            raise InvalidInput(f"{word} needs a value", f"such as {word} 1")
        if name in REPEATED:
            found.setdefault(name, []).append(value)
        else:
            found[name] = _number(value) if equals else True
    return found


def _is_value(word: str) -> bool:
    return not word.startswith("-") or isinstance(_number(word), int | float)


def _number(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _penalties(p: Parameters) -> None:
    last = p.take("--repeat-last-n", default=64)
    if last:
        counted = {"scope": "all", "last": max(last, 0)}
        for slot, flag, neutral in (
            ("repetition_penalty", "--repeat-penalty", 1),
            ("frequency_penalty", "--frequency-penalty", 0),
            ("presence_penalty", "--presence-penalty", 0),
        ):
            value = p.take(flag, default=neutral)
            if value != neutral:
                p.put(slot, penalty=value, **counted)
    multiplier = p.take("--dry-multiplier", default=0)
    base, allowed = p.take("--dry-base", default=1.75), p.take("--dry-allowed-length", default=2)
    back = p.take("--dry-penalty-last-n", default=-1)
    breakers = p.take("--dry-sequence-breaker", default=BREAKERS)
    if multiplier and back and base >= 1:
        breakers = [] if breakers == ["none"] else [_unescaped(each) for each in breakers]
        p.put("dry", multiplier=multiplier, base=base, allowed=allowed, last=max(back, 0),
              breakers=breakers)  # fmt: skip


def _unescaped(text: str) -> str:
    return text.replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r")


def _truncations(p: Parameters) -> None:
    k = p.take("--top-k", default=40 if p.applies("top_k") else 0)
    if k > 0:
        p.put("top_k", k=k)
    p.number("top_p", "--top-p", neutral=1, default=0.95 if p.applies("top_p") else 1)
    p.number("min_p", "--min-p", neutral=0, default=0.05 if p.applies("min_p") else 0)
    p.number("typical", "--typical", neutral=1)
    if (n := p.take("--top-n-sigma", default=-1)) > 0:
        p.put("top_n_sigma", n=n)
    probability, threshold = p.take("--xtc-probability", default=0), p.take("--xtc-threshold")
    if probability:
        p.put("xtc", threshold=0.1 if threshold is None else threshold, probability=probability)


def _constraints(p: Parameters) -> None:
    if text := p.take("--grammar"):
        p.put("grammar", grammar=text)
    if text := p.take("--json-schema"):
        p.put("json_schema", schema=text)
    for flag in ("--grammar-file", "--json-schema-file"):
        p.leave(flag, "names a file of yours: give its text to grammar(…) or json_schema(…)")
    biases: dict[int, float] = {}
    for each in p.take("--logit-bias", default=()):
        if not (found := re.fullmatch(r"(\d+)([+-][\d.]+|[+-]inf)", each)):
            raise InvalidInput(f"--logit-bias {each!r} is not TOKEN_ID(+/-)BIAS", "such as 15043-1")
        biases[int(found[1])] = max(-100.0, min(100.0, float(found[2])))
    if biases:
        p.put("logit_bias", biases=biases)
    p.leave("--ignore-eos", "a text that ends has ended here; min_new_tokens(n) puts it off")


def _strategy(p: Parameters) -> None:
    usual = 0.8 if p.applies("temperature") else 1
    t, spread = p.take("--temp", default=usual), p.take("--dynatemp-range", default=0)
    exponent = p.take("--dynatemp-exp", default=1.0)
    mode = p.take("--mirostat", default=0)
    tau, eta = p.take("--mirostat-ent", default=5.0), p.take("--mirostat-lr", default=0.1)
    if mode:
        # llama.cpp then applies biases and the temperature, and none of the others.
        kept = (*FIRST, "temperature")
        for slot in [slot for slot in p.stages if slot not in kept]:
            stage = p.stages.pop(slot)
            if slot not in ("top_k", "top_p", "min_p"):
                value = stage.arguments[0]
                p.left_out.append(LeftOut(slot, value, "llama.cpp ignores it beside --mirostat"))
        p.own_order = None
        name = "mirostat_v1" if mode == 1 else "mirostat"
        options = {"tau": float(tau), "eta": float(eta), "surprise": "renormalised"}
        p.strategy = Stage(name, (), options)
    if t <= 0:
        p.put("temperature", t=0)
    elif spread > 0 and not mode:
        p.put("dynamic_temperature", low=max(0, t - spread), high=t + spread, exponent=exponent)
    elif t != 1:
        p.put("temperature", t=t)


def _own_order(p: Parameters) -> tuple[str, ...] | None:
    names, letters = p.take("--samplers"), p.take("--sampler-seq")
    if names is None and letters is None:
        return None
    chosen = [LETTERS.get(c, c) for c in letters or ""]
    if names is not None:
        chosen = [name.strip().replace("-", "_") for name in str(names).split(";") if name.strip()]
    for name in chosen:
        if name not in SAMPLERS:
            p.left_out.append(LeftOut("--samplers", name, "has no counterpart here"))
    slots = (slot for name in chosen if name in SAMPLERS for slot in SAMPLERS[name])
    return (*FIRST, *slots)
