"""docs/events.md and what the commands print are the same fields, both ways."""

import json
import re
import shutil
from pathlib import Path

import msgspec
import pytest

from playground.api import Alternative, Drafted, Finished, Found, Started, Token, TreeToken
from playground.api.request import StopReason
from playground.api.training import Prepared, Progress, Sampled, Saved, Trained
from playground.ui.cli import outcome

DOCUMENT = (Path(__file__).parents[2] / "docs" / "events.md").read_text(encoding="utf-8")

EVENTS = {
    "started": Started,
    "token": Token,
    "alternative": Alternative,
    "draft": Drafted,
    "found": Found,
    "tree_token": TreeToken,
    "finished": Finished,
    "prepared": Prepared,
    "progress": Progress,
    "sample": Sampled,
    "saved": Saved,
    "trained": Trained,
}

COMMANDS = {
    "playground tokens --json": ["tokens", "ROMEO:"],
    "playground why --json": ["why", "ROMEO:", "--index", "2"],
    "playground compare --json": [
        "compare",
        "ROMEO:",
        "-s",
        "greedy",
        "-s",
        "sample",
        "--max-tokens",
        "3",
    ],
    "playground next --json": ["next", "ROMEO:"],
    "playground next --each --json": ["next", "ROMEO:", "--each"],
    "playground fill --json": ["fill", "the quick [MASK] jumps", "-m", "tiny-bert"],
    "playground score --json": ["score", "ROMEO:"],
    "playground detect --json": ["detect", "ROMEO: what", "-s", "watermark"],
    "playground memcheck --json": ["memcheck", "ROMEO:", "--against", __file__],
    "playground classify --json": ["classify", "-t", "sentiment-zero-shot", "So bad."],
    "playground templates render --json": ["templates", "render", "tldr", "A story."],
    "playground strategies list --json": ["strategies", "list"],
    "playground strategies show --json": ["strategies", "show", "beam"],
    "playground strategies import --json": ["strategies", "import", "--flags", "--temp 1"],
    "playground worker status --json": ["worker", "status"],
    "playground doctor --json": ["doctor"],
    "playground plugins list --json": ["plugins", "list"],
    "playground models list --json": ["models", "list"],
    "playground models show --json": ["models", "show", "shakespeare-rnn"],
    "playground sessions list --json": ["sessions", "list"],
    "playground sessions search --json": ["sessions", "search", "ROMEO:"],
    "playground replay --json": ["replay", "last"],
    "playground data preview --json": ["data", "preview", "char-rnn", __file__],
}


def documented() -> dict[str, list[str]]:
    """Heading to the names in the first column of the table below it."""
    sections = re.split(r"^### `(.+)`$", DOCUMENT, flags=re.MULTILINE)[1:]
    return {
        heading: re.findall(r"^\| `(\w+)` \|", body.partition("\n## ")[0], re.MULTILINE)
        for heading, body in zip(sections[::2], sections[1::2], strict=True)
    }


def test_every_section_is_about_an_event_or_a_command():
    assert documented().keys() == EVENTS.keys() | COMMANDS.keys()


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_has_the_documented_fields_in_their_order(name):
    cls = EVENTS[name]
    tagged = cls.__struct_config__.tag is not None
    assert documented()[name] == ["type"] * tagged + [f.name for f in msgspec.structs.fields(cls)]


@pytest.mark.parametrize("name", sorted(EVENTS.keys() - {"alternative", "tree_token"}))
def test_the_type_of_an_event_is_its_heading(name):
    assert EVENTS[name].__struct_config__.tag == name


@pytest.mark.parametrize("heading", COMMANDS)
def test_a_command_prints_the_documented_fields(playground, bert_folder, heading):
    shutil.copytree(bert_folder, playground.folder / "data" / "models" / "tiny-bert")
    playground.run("gen", "ROMEO:", "--max-tokens", "2")
    ran = playground.run(*COMMANDS[heading], "--json")
    printed = json.loads(ran.stdout)
    rows = printed if isinstance(printed, list) else [printed]
    assert rows
    assert {tuple(row) for row in rows} == {tuple(documented()[heading])}


def test_every_reason_to_stop_is_documented():
    told = re.search(r"^\| `reason` \|.*$", DOCUMENT, re.MULTILINE).group()
    assert set(re.findall(r"`(\w+)`", told)) - {"reason"} >= set(StopReason.__args__)


def test_every_exit_code_is_documented():
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", DOCUMENT, re.MULTILINE)}
    assert codes == {0, 1, 2, 3, 4, 5, outcome.CANCELLED, outcome.CLOSED_PIPE}
