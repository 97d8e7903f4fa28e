"""The classic processors (temperature, truncations, penalties), sampling and greedy decoding.

Also the bridge to transformers' own logits processors, in both directions.
"""

from playground.api import Processor, Strategy, hookimpl


@hookimpl
def register_processors() -> list[type[Processor]]:
    from playground_sampling.hugging_face import Hf
    from playground_sampling.penalties import FrequencyPenalty, PresencePenalty, RepetitionPenalty
    from playground_sampling.steering import LogitBias, NoRepeatNGram
    from playground_sampling.temperature import Temperature
    from playground_sampling.truncation import MinP, TopK, TopP, Typical

    return [
        Temperature,
        TopK,
        TopP,
        MinP,
        Typical,
        RepetitionPenalty,
        PresencePenalty,
        FrequencyPenalty,
        NoRepeatNGram,
        LogitBias,
        Hf,
    ]


@hookimpl
def register_strategies() -> list[type[Strategy]]:
    from playground_sampling.strategies import Greedy, Sample

    return [Sample, Greedy]
