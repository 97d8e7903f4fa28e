"""What is painted over: whatever was painted before, the screen shows the last, and nothing of the others."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from playground.ui.repl.region import Region, Tail
from tests.cli.repl.small_terminal import SmallTerminal

SIZES = st.tuples(st.integers(2, 12), st.integers(2, 8))
TEXT = st.text("ab \n", max_size=40)
LINES = st.lists(st.text("ab", max_size=9), max_size=6)


def show(text: str, columns: int, rows: int) -> str:
    terminal = SmallTerminal(columns, rows)
    terminal.write(text)
    return terminal.text


@given(st.lists(LINES, min_size=1, max_size=6), st.booleans())
def test_a_region_shows_what_was_painted_last_and_what_stood_before_it(paintings, styled):
    region, terminal = Region(), SmallTerminal(10, 8)
    terminal.write("before\nit\n")
    for lines in paintings:
        painted = [f"\x1b[1m{line}\x1b[0m" if styled else line for line in lines]
        terminal.write(region.paint(painted, 10))
    assert terminal.text == "\n".join(["before", "it", *paintings[-1]]).rstrip("\n")


def test_what_is_released_stays():
    region, terminal = Region(), SmallTerminal(10, 8)
    terminal.write(region.paint(["one"], 10))
    region.release()
    terminal.write(region.paint(["two"], 10))
    assert terminal.text == "one\ntwo"


class Writer:
    """Writes texts and drafts as the screen does."""

    def __init__(self, columns: int, rows: int) -> None:
        self.terminal = SmallTerminal(columns, rows)
        self.tail = Tail(lambda line: line)
        self.column = 0

    def say(self, text: str) -> None:
        self.terminal.write(self.tail.write(text, text))
        line = text.rpartition("\n")[2]
        self.column = len(line) + (0 if "\n" in text else self.column)

    def draft(self, text: str) -> None:
        terminal = self.terminal
        terminal.write(self.tail.paint(text, self.column, terminal.columns, terminal.rows))


@given(SIZES, st.lists(st.tuples(st.sampled_from(["say", "draft"]), TEXT), max_size=8))
@example((2, 2), [("say", "aaa"), ("draft", "aa"), ("say", "a")])
@example((4, 4), [("say", "aaa"), ("draft", "aab"), ("say", "a"), ("say", "b")])
def test_a_text_is_what_was_said_whatever_was_drafted(size, steps):
    """A line that is exactly full, after which a draft was painted, may leave an empty one."""
    writer = Writer(*size)
    said = ""
    for kind, text in steps:
        getattr(writer, kind)(text)
        said += text if kind == "say" else ""
    writer.draft("")
    shown = writer.terminal.text
    assert shown.replace("\n", "").replace(" ", "") == said.replace("\n", "").replace(" ", "")
    if all(len(line) % size[0] or not line for line in said.split("\n")):
        assert shown == show(said, *size)


@given(SIZES, TEXT, TEXT.map(lambda text: text + "b"))
def test_a_draft_is_shown_as_the_text_would_be_as_far_as_the_screen_holds_it(size, said, drafted):
    columns, rows = size
    writer = Writer(*size)
    writer.say(said)
    writer.draft("other")
    writer.draft(drafted)
    shown, whole = writer.terminal.text, show(said + drafted, *size)
    if writer.column % columns == 0 and writer.column:
        return  # a draft begins on the line below where the text's line is exactly full
    if len(whole.split("\n")) - len(show(said, *size).split("\n")) < rows - 2:
        assert shown == whole
    else:
        assert "…" in shown or shown == whole


@given(SIZES, st.text("ab", max_size=20), st.text("ab", max_size=30))
def test_what_turns_out_as_it_was_drafted_is_written_over_the_draft_and_nothing_is_erased(
    size, said, drafted
):
    writer = Writer(*size)
    writer.say(said)
    writer.draft(drafted)
    before = writer.terminal.text
    for letter in drafted:
        written = writer.tail.write(letter, letter)
        assert written.removesuffix("\n") == letter  # which goes on after a full line
        writer.terminal.write(written)
        if "…" not in before:
            assert writer.terminal.text == before
