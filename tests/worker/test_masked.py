"""The session process fills masks as a process of one's own does, and refuses the same questions."""

from __future__ import annotations

import shutil

import pytest


@pytest.fixture
def user(sharing_user, bert_folder):
    """One session process answers all of these tests."""
    folder = sharing_user.folder / "data" / "models" / "tiny-bert"
    shutil.copytree(bert_folder, folder, dirs_exist_ok=True)
    sharing_user.model("short", "abc", context_length=4)
    return sharing_user


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["fill", "the [MASK] fox jumps", "-m", "tiny-bert"], 0, "probability"),
        (["fill", "no gap", "-m", "tiny-bert"], 2, "no mask"),
        (["fill", "a [MASK]", "-m", "short"], 2, "short fills no masks"),
        (["gen", "the fox", "-m", "tiny-bert"], 2, "tiny-bert is a masked model"),
        (["next", "the fox", "-m", "tiny-bert"], 2, "tiny-bert is a masked model"),
    ],
)
def test_it_answers_as_in_process(user, words, code, told):
    here, there = user.run("--in-process", *words), user.run(*words)
    assert (there.returncode, there.stdout, there.stderr) == (code, here.stdout, here.stderr)
    assert told in there.stdout + there.stderr
