"""Write what comes of the transcripts that the documentation shows, as it comes now.

`make transcripts` runs it, after a model in the box has been trained anew. Read what has changed: the text
around a transcript may speak of it.
"""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

from msgspec.structs import replace

from playground.config import load_settings
from playground.session.transcript import as_written, play, steps
from playground.session.workbench import Workbench

ROOT = Path(__file__).parents[1]
PLAY = re.compile(r"(?<=^```play\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)


def renewed(found: re.Match[str]) -> str:
    """A transcript with the outcomes that its lines have now."""
    asked = steps(found.group(), "a transcript")
    compared = {step.number for step in asked if step.expected is not None}
    bench = Workbench(load_settings({"worker": False, "offline": True}), keep=False)
    blind = [replace(step, expected=None) for step in asked]
    return "".join(
        as_written(step.line, outcome if step.number in compared else "")
        for step, outcome in play(bench, blind, "a transcript")
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("CONFIG", "CACHE", "DATA"):
            os.environ[f"PLAYGROUND_{kind}_HOME"] = folder
        for page in (ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))):
            text = page.read_text(encoding="utf-8")
            page.write_text(PLAY.sub(renewed, text), encoding="utf-8")
