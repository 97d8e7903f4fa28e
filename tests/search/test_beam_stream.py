"""How a beam streams: commits what is sure, drafts the rest, and what it costs."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.api import Candidates, Commit, Draft, InvalidInput, Read, ReadAll
from playground.api.options import build, name_of
from playground.testing import CharTokenizer, ScriptedModel, StrategyContract, decode
from playground.testing.decode import start
from playground_sampling.truncation import TopK
from playground_search.beam import Beam


class TestBeamKeepsTheLaws(StrategyContract):
    def strategy(self):
        return Beam(3)


class TestBeamOfOneKeepsTheLaws(StrategyContract):
    count = 1

    def strategy(self):
        return Beam(1)


def garden_path(tokens):
    """`b` looks best at first; only `c` is followed by a likely text. Afterwards all is clear."""
    said = "".join("abcdef"[token] for token in tokens[1:])
    if said == "":
        return {"b": 0.6, "c": 0.4}
    if said == "b":
        return {"a": 0.2, "b": 0.2, "c": 0.2, "d": 0.2, "e": 0.2}
    return {"d": 0.9, "e": 0.1}


@pytest.fixture
def model():
    return ScriptedModel(garden_path, tokenizer=CharTokenizer("abcdef"))


def effects_of(strategy, model, limit):
    """Everything a strategy says, until it returns."""
    generator, answer = start(strategy, model, limit=limit), None
    effects = []
    while True:
        try:
            effect = generator.send(answer)
        except StopIteration:
            return effects
        effects.append(effect)
        answer = model.read(effect.reads) if isinstance(effect, ReadAll) else None


def test_a_beam_finds_what_greedy_misses(model):
    assert decode(Beam(2), model, limit=3).text == "cdd"
    assert decode(Beam(1), model, limit=3).text[0] == "b"


def test_the_draft_changes_its_mind_and_a_commit_never_does(model):
    effects = effects_of(Beam(2), model, limit=4)
    first, second = (effect for effect in effects[:4] if isinstance(effect, Draft))
    assert first.tokens == (1,), "b looks best, but c may still win: a draft, no commit"
    assert second.tokens[0] == 2, "now c leads"
    assert "".join("abcdef"[e.token] for e in effects if isinstance(e, Commit)) == "cddd"


def test_every_draft_and_commit_together_are_a_text_that_was_followed(model):
    """What is shown after each step (committed, then draft) is one token longer than before."""
    committed, shown = 0, []
    for effect in effects_of(Beam(2), model, limit=6):
        if isinstance(effect, Commit):
            committed += 1
        elif isinstance(effect, Draft):
            shown.append(committed + len(effect.tokens))
    assert shown == [1, 2, 3, 4, 5]


def test_agreement_is_committed_before_the_end():
    """Where the first words are sure and the last is not, the first do not wait for it."""
    sure = ScriptedModel(
        lambda tokens: {"b": 1.0, "c": 1e-9} if len(tokens) < 4 else {"d": 0.6, "e": 0.4},
        tokenizer=CharTokenizer("abcdef"),
    )
    effects = effects_of(Beam(2), sure, limit=6)
    reads = [i for i, effect in enumerate(effects) if isinstance(effect, ReadAll)]
    commits = [i for i, effect in enumerate(effects) if isinstance(effect, Commit)]
    assert commits[0] < reads[-1]


def test_a_step_reads_all_texts_in_one_pass(model):
    decoded = decode(Beam(4), model, limit=6)
    assert decoded.passes == 5
    assert max(map(len, model.passes)) == 4
    assert all(row == 1 for rows in model.passes[1:] for row in rows)


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32), length_penalty=st.sampled_from([0.0, 1.0]))
def test_a_beam_as_wide_as_all_there_is_finds_the_best_of_all_texts(seed, length_penalty):
    """Four letters and an end, three tokens: every text is looked at."""

    def says(tokens):
        return np.random.default_rng([seed, *tokens]).standard_normal(5)

    model = ScriptedModel(says, tokenizer=CharTokenizer("abcd"))
    texts = [
        (*letters, *last)
        for size in (0, 1, 2)
        for letters in itertools.product(range(4), repeat=size)
        for last in ([(4,)] if size < 2 else [(token,) for token in range(5)])
    ]

    def score(text):
        rows = model.read([Read(model.start(), (0, *text))])[0].logits
        chances = [Candidates(row).logprob_of(t) for row, t in zip(rows, text, strict=False)]
        return sum(chances) / len(text) ** length_penalty

    beam = Beam(256, length_penalty, early_stopping="never")
    assert decode(beam, model, limit=3).tokens == list(max(texts, key=score))


def test_a_chain_that_leaves_one_token_makes_the_beam_greedy(model):
    """Fewer continuations than the beam is wide: it follows those there are."""
    assert decode(Beam(4), model, processors=[TopK(1)], limit=3).text[0] == "b"


def test_it_returns_at_the_end_of_the_text():
    model = ScriptedModel("bc", after="a", tokenizer=CharTokenizer("abc"))
    kinds = [type(effect) for effect in effects_of(Beam(3), model, limit=50)]
    assert kinds.count(Commit) == 3
    assert len(kinds) < 15


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("width", 0),
        ("width", 257),
        ("width", 2.5),
        ("length_penalty", 11),
        ("length_penalty", float("nan")),
        ("early_stopping", "always"),
    ],
)
def test_a_value_out_of_range_names_the_option(option, value):
    with pytest.raises(InvalidInput, match=f"beam: {option} must be"):
        build(Beam, {option: value})


def test_its_name_and_what_it_says_of_itself():
    assert name_of(Beam) == "beam"
    assert Beam.deterministic
    assert build(Beam, {"early_stopping": "never"}).early_stopping == "never"
