"""Eight ways to be broken: each gives one line that names the plugin, and everything else works."""

from __future__ import annotations

import pytest

from playground.api import Finished, GenerationRequest, PluginFailed
from playground.engine.chain import build_chain
from playground.engine.generate import Generation
from playground.engine.prefix import PrefixCache
from playground.engine.scheduler import Scheduler
from playground.plugins import load_plugins
from playground.testing import ScriptedModel

WHEN_LOADED = {
    "syntax_error": (
        "def register_processors(:\n    return []\n",
        "SyntaxError: invalid syntax (line 2 of syntax_error.py)",
    ),
    "import_error": (
        "import no_such_library\n",
        "ModuleNotFoundError: No module named 'no_such_library' (line 2 of import_error.py)",
    ),
    "bad_signature": (
        "@hookimpl\ndef register_processors(config):\n    return []\n",
        "register_processors(config) must take no arguments",
    ),
    "misspelt_hook": (
        "@hookimpl\ndef register_procesors():\n    return []\n",
        "there is no hook register_procesors: did you mean register_processors?",
    ),
    "duplicate_name": (
        "class Temperature(Processor, frozen=True):\n"
        "    def __call__(self, candidates, step):\n        return candidates\n"
        "@hookimpl\ndef register_processors():\n    return [Temperature]\n",
        "the processor 'temperature' is already registered by sampling",
    ),
}

STAGE = """
class {cls}(Processor, frozen=True):
    def __call__(self, candidates, step):
        {body}

@hookimpl
def register_processors():
    return [{cls}]
"""
IN_A_STEP = {
    "raises_in_step": (
        STAGE.format(cls="RaisesInStep", body="raise KeyError('no idea')"),
        "processor raises_in_step failed: KeyError: 'no idea' (line 5 of raises_in_step.py)",
    ),
    "returns_nan": (
        STAGE.format(cls="ReturnsNan", body="return candidates.rescored(candidates.scores * float('nan'))"),
        "processor returns_nan returned scores that are not finite (NaN or infinite)",
    ),
    "returns_wrong_shape": (
        STAGE.format(
            cls="ReturnsWrongShape", body="return Candidates(candidates.scores.reshape(1, -1))"
        ),
        "processor returns_wrong_shape returned scores of shape (1, 257)",
    ),
    "returns_too_few": (
        STAGE.format(cls="ReturnsTooFew", body="return candidates.rescored(candidates.scores[:3])"),
        "processor returns_too_few returned 3 scores for 257 candidates",
    ),
    "one_of_several": (
        STAGE.format(cls="Other", body="return None"),
        "processor other (plugin one_of_several) returned NoneType, not candidates",
    ),
}  # fmt: skip
NAMES = {"one_of_several": "other"}


def test_those_that_cannot_be_loaded_are_named_in_a_line_each_and_the_rest_works(
    folder, write, run
):
    for name, (source, _) in WHEN_LOADED.items():
        write(name, source)
    ran = run("gen", "The", "-m", "fox", "-s", "temperature(0.5) | sample")
    assert ran.returncode == 0
    assert ran.stdout.rstrip("\n") == " fox jumps."
    told = [line for line in ran.stderr.splitlines() if line.startswith("warning: ")]
    assert told == [
        f"warning: plugin {name} ({folder / name}.py) was set aside: {reason}"
        for name, (_, reason) in sorted(WHEN_LOADED.items())
    ]
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("name", WHEN_LOADED)
def test_strict_makes_each_of_them_fatal(name, folder, write):
    source, reason = WHEN_LOADED[name]
    write(name, source)
    with pytest.raises(PluginFailed) as caught:
        load_plugins([folder], strict=True)
    assert str(caught.value).startswith(f"plugin {name} ")
    assert str(caught.value).endswith(reason)


def test_strict_ends_a_command_with_exit_code_4_before_it_does_anything(write, run):
    write("misspelt_hook", WHEN_LOADED["misspelt_hook"][0])
    ran = run("gen", "The", "-m", "fox", PLAYGROUND_STRICT="1")
    assert (ran.returncode, ran.stdout) == (4, "")
    error, hint = ran.stderr.splitlines()
    assert error.startswith("error: plugin misspelt_hook ")
    assert hint == "hint: playground plugins list"


@pytest.mark.parametrize("name", ["raises_in_step", "returns_nan", "returns_wrong_shape"])
def test_a_stage_that_fails_in_a_step_is_named_in_one_line(name, write, run):
    source, line = IN_A_STEP[name]
    write(name, source)
    ran = run("gen", "The", "-m", "fox", "-s", f"{NAMES.get(name, name)} | sample")
    assert (ran.returncode, ran.stdout.strip()) == (4, "")
    assert f"error: {line}" in ran.stderr.splitlines()
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("name", IN_A_STEP)
def test_a_stage_that_fails_leaves_those_beside_it_alone(name, write, load):
    source, line = IN_A_STEP[name]
    write(name, source)
    chains = [f"{NAMES.get(name, name)} | sample", "sample"]
    broken, sound = _run_together(ScriptedModel(" fox jumps.", after="The"), chains, load())
    assert (broken.reason, broken.error, broken.exit_code) == ("error", line, 4)
    assert (sound.reason, sound.text) == ("eos", " fox jumps.")


def test_a_strategy_that_raises_midway_keeps_what_it_said(write, load, run):
    write(
        "gives_up",
        """
class GivesUp(Strategy, frozen=True):
    def decode(self, context):
        token, chosen = context.choose(context.ids, context.reading.logits[-1])
        yield Commit(token, chosen, context.reading.logits[-1])
        raise RuntimeError("out of ideas")

@hookimpl
def register_strategies():
    return [GivesUp]
""",
    )
    ran = run("gen", "The", "-m", "fox", "-s", "gives_up")
    assert (ran.returncode, ran.stdout.rstrip("\n")) == (4, " ")
    line = "strategy gives_up failed: RuntimeError: out of ideas (line 7 of gives_up.py)"
    assert f"error: {line}" in ran.stderr.splitlines()


def _run_together(model: ScriptedModel, chains: list[str], plugins) -> list[Finished]:
    """The ends of one request for each chain, all under one scheduler."""
    scheduler, prefixes = Scheduler(), PrefixCache(2**20)
    running = [
        Generation(
            GenerationRequest(prompt="The", model="fox", chain=chain, seed=0),
            model,
            build_chain(chain, plugins),
            scheduler,
            prefixes,
        )
        for chain in chains
    ]
    while not all(generation.done for generation in running):
        scheduler.tick()
    return [
        event
        for generation in running
        for event in generation.events
        if isinstance(event, Finished)
    ]
