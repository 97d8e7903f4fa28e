"""A strategy's second model in the session process: it is loaded there, held, and found by its path."""

from __future__ import annotations

import json

import pytest

FIRST = '{"a": 0.5, "b": 0.3, "c": 0.2}'


@pytest.fixture
def user(sharing_user):
    sharing_user.model("large", [json.loads(FIRST)] * 60, after="x")
    sharing_user.model("small", [{"a": 0.4, "b": 0.4, "c": 0.2}] * 60, after="x")
    return sharing_user


WORDS = ("gen", "x", "-m", "large", "--seed", "3", "--max-tokens", "30", "--jsonl")


def events(ran):
    assert ran.returncode == 0, ran.stderr
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    for event in told:
        for by_chance in ("seconds", "cached_tokens"):
            event.pop(by_chance, None)
    return told


def test_the_events_are_the_same_as_in_process(user):
    for chain in ('speculative("small")', 'contrastive_decoding("small", strength=0.5)'):
        words = (*WORDS, "-s", chain)
        assert events(user.run("--in-process", *words)) == events(user.run(*words))


def test_both_models_are_loaded_once_and_kept(user):
    for _ in range(2):
        user.run(*WORDS, "-s", "speculative('small')")
    loaded = {model.name for model in user.session().loaded()}
    assert {"large", "small"} <= loaded
    user.model("small", [{"a": 1.0}] * 60, after="x")
    assert user.notes("small", "loading") == []


def test_a_path_means_what_it_means_to_the_caller(user):
    """The process has / for its folder; what is told and kept is the chain as it was written."""
    folder = user.folder / "data" / "models"
    for flags in ((), ("--in-process",)):
        ran = user.run(*flags, *WORDS, "-s", "top_k(2) | speculative('./small')", cwd=folder)
        assert events(ran)[0]["chain"] == "top_k(2) | speculative('./small')"
    ran = user.run("replay", "last", cwd=folder)
    assert (ran.stdout, ran.returncode) == ("identical, 30 tokens\n", 0)


@pytest.mark.parametrize(
    ("chain", "code", "told"),
    [
        ("speculative('nope')", 3, "there is no model 'nope'"),
        ("speculative('shakespeare-rnn')", 2, "another vocabulary"),
        ("cfg('')", 2, "cfg has no negative prompt"),
        ("dola", 2, "needs hidden, which large does not offer"),
    ],
)
def test_errors_are_the_same_as_in_process(user, chain, code, told):
    here, there = (user.run(*flags, *WORDS, "-s", chain) for flags in (("--in-process",), ()))
    assert (there.returncode, there.stdout, there.stderr) == (code, here.stdout, here.stderr)
    assert told in there.stderr


def test_a_healed_prompt_is_shown_kept_and_replayed_as_what_is_new(user):
    ran = user.run(*WORDS[:-1], "-s", "token_healing", "-m", "shakespeare-rnn")
    assert ran.returncode == 0
    shown = user.run("replay", "last")
    assert shown.stdout.startswith("identical")
