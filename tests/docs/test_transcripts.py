"""The sessions that the documentation shows are transcripts: each runs, and comes out as it is shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from playground.config import load_settings
from playground.session.transcript import play, steps
from playground.session.workbench import Workbench

ROOT = Path(__file__).parents[2]
PLAY = re.compile(r"^```play\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHOWN = [
    pytest.param(found.group(1), id=f"{page.name}:{found.string.count(chr(10), 0, found.start()) + 1}")
    for page in (ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")))
    for found in PLAY.finditer(page.read_text(encoding="utf-8"))
]  # fmt: skip


@pytest.mark.parametrize("text", SHOWN)
def test_a_transcript_comes_out_as_it_is_shown(text):
    script = steps(text, "the page")
    bench = Workbench(load_settings(), keep=False)
    assert len(list(play(bench, script, "the page"))) == len(script)
    assert any(step.expected for step in script)


def test_transcripts_are_shown():
    assert len(SHOWN) >= 4
