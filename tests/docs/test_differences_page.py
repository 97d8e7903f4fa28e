"""The numbers on the page of differences between engines are computed, each table of it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from playground.api import Candidates
from playground.chain_stages import build_stages
from playground.chain_syntax import parse
from playground.explain.words import PROMPT, SAID, SCENES, TOKENIZER
from playground.plugins import load_plugins
from playground.testing import step_after

PLUGINS = load_plugins()
PAGE = (Path(__file__).parents[2] / "docs" / "decoding-differences.md").read_text(encoding="utf-8")
SECTION = re.compile(r"^## (.+?)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
TABLE = re.compile(r"^```text\n(.*?)^```", re.MULTILINE | re.DOTALL)
SHIFT = 2
OF_THE_ISSUE = ("order", "top-p", "repetition penalty", "typical", "epsilon", "surprise",
                "temperature of 0", "breakers")  # fmt: skip


@dataclass
class Case:
    """One table: what the model says after which text, and what each chain makes of it."""

    title: str
    p: list[float] = field(default_factory=list)
    prompt: list[int] = field(default_factory=lambda: [0])
    said: list[int] = field(default_factory=list)
    words: bool = False
    rows: list[tuple[str, list[str]]] = field(default_factory=list)
    surprise: tuple[int, str] | None = None

    def candidates(self) -> Candidates:
        if self.words:
            return SCENES["sentence"].candidates
        return Candidates((np.log(self.p) + SHIFT).astype(np.float32))

    def step(self):
        if self.words:
            prompt, said = TOKENIZER.encode(PROMPT), TOKENIZER.encode(SAID)
            return step_after([*prompt, *said], prompt_length=len(prompt), tokenizer=TOKENIZER)
        return step_after([*self.prompt, *self.said], prompt_length=len(self.prompt))

    def left(self, chain: str) -> dict[int, float]:
        """What stands after a chain: token to probability."""
        candidates = self.candidates()
        stage = parse(chain)[0]
        if stage.name in BY_DEFINITION:
            chances = candidates.probabilities().astype(np.float64)
            kept = BY_DEFINITION[stage.name](chances, *stage.arguments)
            return dict(zip(kept, (chances[kept] / chances[kept].sum()).tolist(), strict=True))
        step = self.step()
        for _, processor in build_stages(chain, PLUGINS).processors:
            candidates = processor(candidates, step)
        return dict(zip(candidates.ids.tolist(), candidates.probabilities().tolist(), strict=True))


def llama_cpp_typical(p, mass):
    """Until the sum is above `mass`."""
    distances = abs(-np.log(p) + (p * np.log(p)).sum())
    order = np.argsort(distances, kind="stable")
    count = int(np.argmax(p[order].cumsum() > mass)) + 1
    return sorted(order[:count].tolist())


def webui_top_n_sigma(p, n):
    """Of the sample, scores as they are."""
    scores = np.log(p) + SHIFT
    return np.flatnonzero(scores >= scores.max() - n * scores.std(ddof=1)).tolist()


def kobold_tail_free(p, z):
    """Without centring: the first of two differences counts for the token itself."""
    order = np.argsort(-p, kind="stable")
    bent = abs(np.diff(p[order], n=2))
    sums = (bent / bent.sum()).cumsum()
    above = np.flatnonzero(sums > z)
    return sorted(order[: max(int(above[0]), 1)].tolist()) if len(above) else order.tolist()


BY_DEFINITION = {
    "llama_cpp_typical": llama_cpp_typical,
    "webui_top_n_sigma": webui_top_n_sigma,
    "kobold_tail_free": kobold_tail_free,
}
"""What other engines do, from their definitions."""


def cases() -> list[Case]:
    found = []
    for title, body in SECTION.findall(PAGE):
        for table in TABLE.findall(body):
            case = Case(title)
            for line in table.splitlines():
                _read(case, line)
            found.append(case)
    return found


def _read(case: Case, line: str) -> None:
    name, *cells = re.split(r"\s{2,}", line.strip())
    if name == "p":
        case.p = [float(cell) for cell in cells]
    elif name == "words":
        case.words = True
    elif name in ("prompt", "said"):
        setattr(case, name, [int(token) for token in cells[0].split()])
    elif name.startswith("surprise of"):
        case.surprise = (int(name.split()[-1]), cells[0])
    else:
        case.rows.append((name, cells))


CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_the_numbers_of_a_table_are_what_comes_out(case):
    tokens = case.candidates().ids.tolist()
    for chain, cells in case.rows:
        *shown, who = cells
        assert who
        if shown == ["error"]:
            with pytest.raises(Exception, match=r"refuses|must be"):
                case.left(chain)
            continue
        left = case.left(chain)
        computed = [f"{left[token]:.3f}" if token in left else "-" for token in tokens]
        assert shown == computed, chain


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_what_is_said_to_differ_differs(case):
    outcomes = {tuple(cells[:-1]) for _, cells in case.rows}
    assert len(outcomes) > 1 or case.surprise or "units" in case.title


def test_the_surprise_of_mirostat():
    (case,) = (case for case in CASES if case.surprise)
    token, told = case.surprise
    own = -math.log2(case.p[token])
    renormalised = -math.log2(case.left(case.rows[0][0])[token])
    assert told == (f"{own:.3f} bits under the model, {renormalised:.3f} bits under what is left")


def test_every_known_disagreement_has_a_table():
    titles = " ".join(case.title for case in CASES)
    assert [topic for topic in OF_THE_ISSUE if topic not in titles] == []
