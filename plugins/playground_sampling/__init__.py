"""The processors, sampling and greedy decoding.

Also the bridge to transformers' own logits processors, in both directions.
"""

from playground.api import Processor, Strategy, hookimpl


@hookimpl
def register_processors() -> list[type[Processor]]:
    from playground_sampling import (
        bans,
        curves,
        dry,
        hugging_face,
        length,
        penalties,
        scaling,
        steering,
        temperature,
        thresholds,
        truncation,
        xtc,
    )

    return [
        temperature.Temperature,
        scaling.DynamicTemperature,
        scaling.Edt,
        scaling.Quadratic,
        truncation.TopK,
        truncation.TopP,
        truncation.MinP,
        truncation.Typical,
        thresholds.TopA,
        thresholds.Epsilon,
        thresholds.Eta,
        thresholds.TopNSigma,
        thresholds.PLess,
        curves.TailFree,
        curves.TopH,
        curves.MinK,
        xtc.Xtc,
        penalties.RepetitionPenalty,
        penalties.PresencePenalty,
        penalties.FrequencyPenalty,
        penalties.EncoderRepetition,
        dry.Dry,
        bans.NoRepeatNGram,
        bans.BadWords,
        bans.Suppress,
        bans.Allow,
        steering.LogitBias,
        steering.SequenceBias,
        length.MinNewTokens,
        length.LengthDecay,
        length.ForcedBos,
        length.ForcedEos,
        hugging_face.Hf,
    ]


@hookimpl
def register_strategies() -> list[type[Strategy]]:
    from playground_sampling.strategies import Greedy, Sample

    return [Sample, Greedy]
