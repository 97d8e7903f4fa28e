"""Several sequences, several strategies: whatever runs together is read in one pass a tick."""

import pytest

from playground.testing import CharTokenizer, ScriptedModel, ToyRecurrent

LIKES = {"a": 0.3, "b": 0.3, "c": 0.2, "d": 0.2}
# A chain, how many sequences of it, and how many tokens it reads in a step.
RUNNING = [
    ("greedy", 1, 1),
    ("sample", 3, 3),
    ("beam(4)", 3, 4),
    ("beam_sample(3)", 2, 3),
    ("diverse_beam(4, groups=2)", 4, 4),
    ("stochastic_beam", 4, 4),
    ("arithmetic", 3, 3),
    ("best_of(3)", 2, 6),
    ("mbr(2)", 1, 2),
    ("self_consistency(2)", 2, 4),
]


@pytest.fixture
def model():
    return ScriptedModel(lambda tokens: LIKES, tokenizer=CharTokenizer("abcd"))


@pytest.mark.parametrize(("chain", "count", "rows"), RUNNING)
def test_alone_a_strategy_takes_a_pass_a_token_however_many_sequences(
    bench, model, chain, count, rows
):
    bench.run(model, "abc", chain, n=count, max_tokens=6)
    assert [len(reads) for reads in model.passes[:1]] == [1], "the prompt is read once"
    assert [len(reads) for reads in model.passes[-1:]] == [rows]
    assert len(model.passes) == 6
    assert all(read == 1 for reads in model.passes[1:] for read in reads)


def test_together_they_take_no_more_passes_than_one_of_them(bench, model):
    # Each continues a text of its own: what texts have alike is read once for all of them.
    generations = [
        bench.start(model, "abcd"[place % 4] * (1 + place), chain, n=count, max_tokens=6)
        for place, (chain, count, _) in enumerate(RUNNING)
    ]
    while not all(generation.done for generation in generations):
        bench.scheduler.tick()
    assert len(model.passes) == 6
    assert len(model.passes[-1]) == sum(rows for *_, rows in RUNNING)


@pytest.mark.parametrize(
    "chain",
    [
        *(chain for chain, *_ in RUNNING),
        "contrastive",
        "top_k(2) | enumerate(1e-6)",
        "top_k(2) | expand(0.01, 6)",
    ],
)
def test_a_model_that_cannot_go_back_will_do_and_nothing_beside_it_changes_a_text(
    bench, finished, chain
):
    model, options = ToyRecurrent(), {"n": 2, "max_tokens": 6, "seed": 3}
    alone = [end.text for end in finished(bench.run(model, "once", chain, **options))]
    together = [
        bench.start(model, "once", each, **options) for each in (chain, "sample", "beam(3)", chain)
    ]
    while not all(generation.done for generation in together):
        bench.scheduler.tick()
    for generation in (together[0], together[3]):
        assert [end.text for end in finished(list(generation))] == alone
