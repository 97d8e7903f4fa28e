"""`generation_config.json` of transformers, with its defaults."""

from __future__ import annotations

from typing import Any

from playground.chain_syntax import Stage
from playground.session.importing.parameters import LeftOut, Parameters

SAMPLING = ("temperature", "top_h", "top_k", "top_p", "min_p", "typical", "epsilon", "eta")
"""What transformers leaves out unless `do_sample` is set."""
OF_THE_MODEL = (
    "bos_token_id", "pad_token_id", "eos_token_id", "decoder_start_token_id", "transformers_version",
    "_from_model_config", "use_cache", "return_dict_in_generate", "output_scores", "output_logits",
    "output_attentions", "output_hidden_states", "trust_remote_code", "cache_implementation",
)  # fmt: skip
"""Says nothing of how tokens are chosen, or is read where the model is."""


def read(values: dict[str, Any]) -> Parameters:
    """The parameters of a generation configuration."""
    p = Parameters(dict(values), "hf")
    for name in OF_THE_MODEL:
        p.take(name)
    _penalties(p)
    _lengths(p)
    _sampling(p)
    _strategy(p)
    p.setting("max_tokens", "max_new_tokens")
    p.leave("max_length", "counts the prompt, too; here max_tokens counts new tokens", neutral=20)
    p.setting("n", "num_return_sequences", none=1)
    p.setting("max_seconds", "max_time")
    stop = p.take("stop_strings")
    if stop:
        p.settings["stop"] = [stop] if isinstance(stop, str) else list(stop)
    p.leave("renormalize_logits", "scores need no normalising here", neutral=False)
    p.leave("remove_invalid_values", "NaN is an error here", neutral=False)
    p.leave_rest()
    return p


def _penalties(p: Parameters) -> None:
    p.number("repetition_penalty", "repetition_penalty", neutral=1)
    p.number("encoder_repetition", "encoder_repetition_penalty", neutral=1)
    p.number("no_repeat_ngram", "no_repeat_ngram_size", neutral=0)
    p.leave("encoder_no_repeat_ngram_size", "is about an encoder's input", neutral=0)
    if words := p.take("bad_words_ids"):
        p.put("bad_words", words=[list(ids) for ids in words])
    if tokens := p.take("suppress_tokens"):
        p.put("suppress", tokens=list(tokens))
    if tokens := p.take("begin_suppress_tokens"):
        p.put("begin_suppress", "suppress", tokens=list(tokens), first_only=True)
    if biases := p.take("sequence_bias"):
        pairs = biases.items() if isinstance(biases, dict) else biases
        p.put("sequence_bias", biases={tuple(ids): bias for ids, bias in pairs})


def _lengths(p: Parameters) -> None:
    p.number("min_new_tokens", "min_new_tokens", neutral=0)
    p.leave("min_length", "counts the prompt, too; here min_new_tokens counts new ones", neutral=0)
    if decay := p.take("exponential_decay_length_penalty"):
        p.put("length_decay", start=decay[0], factor=decay[1])
    if (token := p.take("forced_bos_token_id")) is not None:
        p.put("forced_bos", tokens=token)
    p.leave(
        "forced_eos_token_id", "ends the text at max_length; forced_eos(n) does at the n-th token"
    )


def _sampling(p: Parameters) -> None:
    p.number("temperature", "temperature", neutral=1)
    p.number("top_h", "top_h", neutral=-1)
    # Ties with the k-th stay, as there.
    if k := p.take("top_k", default=50):
        p.put("top_k", k=k, ties="keep")
    p.number("top_p", "top_p", neutral=1)
    p.number("min_p", "min_p", neutral=0)
    p.number("typical", "typical_p", neutral=1)
    p.number("epsilon", "epsilon_cutoff", neutral=0)
    p.number("eta", "eta_cutoff", neutral=0)
    given = p.take("watermarking_config")
    if isinstance(given, dict):
        _watermark(p, given)


def _watermark(p: Parameters, given: dict[str, Any]) -> None:
    if "keys" in given:
        context = given.get("ngram_len", 5) - 1
        p.put("watermark", scheme="synthid", context=context, keys=list(given["keys"]))
        return
    names = {
        "greenlist_ratio": "ratio",
        "bias": "bias",
        "hashing_key": "key",
        "context_width": "context",
    }
    options = {ours: given[theirs] for theirs, ours in names.items() if theirs in given}
    p.put("watermark", scheme=given.get("seeding_scheme", "lefthash"), **options)


def _strategy(p: Parameters) -> None:
    beams, draws = p.take("num_beams", default=1), p.take("do_sample", default=False)
    length_penalty = p.take("length_penalty", default=1.0)
    early = p.take("early_stopping", default=False)
    if beams > 1:
        name = "beam_sample" if draws else "beam"
        options = {"width": beams, "length_penalty": float(length_penalty), "early_stopping": early}
        p.strategy = Stage(name, (), options)
    if not draws:
        p.plain = Stage("greedy")
    if beams == 1:
        _one_text(p, draws)
    if not draws:
        for slot in SAMPLING:
            if (stage := p.stages.pop(slot, None)) and (
                slot != "top_k" or stage.arguments != (50,)
            ):
                value = stage.arguments[0]
                p.left_out.append(LeftOut(slot, value, "transformers ignores it without do_sample"))


def _one_text(p: Parameters, draws: bool) -> None:
    alpha = p.take("penalty_alpha", default=0)
    k = p.stages["top_k"].arguments[0] if "top_k" in p.stages else 0
    p.strategy = Stage("sample") if draws else Stage("greedy")
    if alpha and k > 1 and not draws:
        p.strategy = Stage("contrastive", (), {"alpha": alpha, "k": k})
        del p.stages["top_k"]
    elif alpha:
        p.left_out.append(LeftOut("penalty_alpha", alpha, "is ignored beside do_sample"))
