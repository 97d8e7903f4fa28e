"""What of a text could act on a terminal is made visible, for every code point that there is."""

import itertools
import sys
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from playground.api.events import Token
from playground.api.outputs import Note, Table, plain
from playground.session.plain_text import PlainText
from playground.session.safe_text import one_line, safe_text

BIDI_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
# Signs that Unicode calls "format" although they are drawn: they take room and hide nothing.
DRAWN_FORMATS = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
# Default-ignorable code points of other categories, from DerivedCoreProperties.txt of Unicode 15,
# and formats of Unicode 15 that an older Python does not know.
OTHER_IGNORABLE = {0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, 0x2065} | {
    code
    for low, high in [
        (0x180B, 0x180F),
        (0xFE00, 0xFE0F),
        (0xFFF0, 0xFFF8),
        (0xE0000, 0xE0FFF),
        (0x13439, 0x1343F),
    ]
    for code in range(low, high + 1)
}


def acts_on_a_terminal(code: int) -> bool:
    character = chr(code)
    if character in "\n\t" or code in DRAWN_FORMATS:
        return False
    return (
        unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(character) in BIDI_CONTROLS
        or code in OTHER_IGNORABLE
    )


ALL = "".join(map(chr, range(sys.maxunicode + 1)))
ACTING = [character for character in ALL if acts_on_a_terminal(ord(character))]


def test_of_all_code_points_exactly_those_that_act_on_a_terminal_are_changed():
    assert len(ALL) == 1_114_112
    # A newline stays, so that it separates what became of each.
    others = ALL.replace("\n", "")
    became = safe_text("\n".join(others)).split("\n")
    pairs = zip(others, became, strict=True)
    assert [before for before, after in pairs if before != after] == ACTING
    assert safe_text("\n\t") == "\n\t"


def test_what_replaces_them_is_printable():
    assert safe_text("".join(ACTING)).isprintable()
    assert one_line(ALL).isprintable() or not set(one_line(ALL)) & set(ACTING)


def test_whatever_a_front_end_shows_of_all_code_points_acts_on_nothing():
    token = Token(
        sequence=0, index=0, id=0, text=ALL, bytes=(), logprob=0.0, rank=0, entropy=0.0,
        alternatives=(), raw_logprob=0.0, raw_rank=0, raw_entropy=0.0, raw_alternatives=(),
    )  # fmt: skip
    outputs = (Note(ALL), Note(ALL, "error", ALL), plain(ALL), Table((ALL,), ((ALL,),)), token)
    for output in outputs:
        shown = PlainText().take(output)
        assert len(shown) > len(ALL)
        assert not set(shown) & set(ACTING)


@settings(max_examples=5, deadline=None)
@given(st.lists(st.integers(0, len(ALL))))
def test_all_code_points_may_come_in_any_pieces(cuts):
    places = [0, *sorted(cuts), len(ALL)]
    pieces = [ALL[begin:end] for begin, end in itertools.pairwise(places)]
    assert "".join(map(safe_text, pieces)) == SAFE


SAFE = safe_text(ALL)


def test_an_escape_sequence_is_read_instead_of_obeyed():
    assert safe_text("\x1b]0;owned\x07\x1b[2J") == "␛]0;owned␇␛[2J"
    assert safe_text("\x9b31m") == "<U+009B>31m"


def test_a_right_to_left_override_and_a_zero_width_space_are_seen():
    assert safe_text("abc\u202edef\u200b") == "abc<U+202E>def<U+200B>"


def test_words_of_any_script_stay_as_they_are():
    text = "naïve Ελλάδα עברית العربية हिन्दी 日本語 🙂\n\ttab"
    assert safe_text(text) == text


def test_in_one_line_newline_and_tab_are_seen_too():
    assert one_line("a\n\tb") == "a␊␉b"


@given(st.text(), st.integers(min_value=0))
def test_a_text_may_come_in_any_pieces(text, cut):
    cut %= len(text) + 1
    assert safe_text(text[:cut]) + safe_text(text[cut:]) == safe_text(text)


@given(st.text())
def test_a_safe_text_is_left_alone(text):
    assert safe_text(safe_text(text)) == safe_text(text)
