"""What a terminal sees and what a pipe gets of the same generation."""

import re

HOSTILE = "\x1b]0;owned\x07\x1b[31mred\u202eevil\u200b\x9bend"
SEEN = "␛]0;owned␇␛[31mred<U+202E>evil<U+200B><U+009B>end"
OUR_STYLES = re.compile(rb"\x1b\[[0-9;]*m")


def test_a_terminal_shows_the_prompt_dimmed_and_the_text_after_it(playground):
    model = playground.model("hello", " world", after="Hello")
    screen, code = playground.on_terminal("gen", "Hello", "-m", model)
    assert screen.startswith(b"\x1b[2mHello\x1b[0m world\r\n")
    assert code == 0


def test_what_a_model_writes_to_a_terminal_is_seen_and_not_obeyed(playground):
    model = playground.model("hostile", HOSTILE, after="x")
    screen, _ = playground.on_terminal("gen", "x", "-m", model)
    assert SEEN.encode() in screen
    assert b"\x1b" not in OUR_STYLES.sub(b"", screen)


def test_a_hostile_prompt_and_template_name_are_seen_and_not_obeyed(playground):
    model = playground.model("plain", "ok")
    for words in (
        ["gen", HOSTILE, "-m", model],
        ["gen", "x", "-t", HOSTILE],
        ["gen", "x", "-m", HOSTILE],
    ):
        screen, _ = playground.on_terminal(*words)
        assert b"\x1b" not in OUR_STYLES.sub(b"", screen)
        assert b"\xe2\x80\xae" not in screen


def test_a_pipe_gets_the_text_as_it_is(playground):
    model = playground.model("hostile", HOSTILE, after="x")
    assert playground.process("gen", "x", "-m", model).stdout == HOSTILE.encode()


def test_json_on_a_terminal_is_safe_too(playground):
    model = playground.model("hostile", HOSTILE, after="x")
    screen, _ = playground.on_terminal("gen", "x", "-m", model, "--json")
    assert b"\x1b" not in screen
    assert b"<U+202E>" in screen


def test_a_terminal_without_colours_gets_no_escape_codes(playground):
    model = playground.model("hello", " world", after="Hello")
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        screen, code = playground.on_terminal("gen", "Hello", "-m", model, **environment)
        assert (screen.split(b"\r\n")[0], code) == (b"Hello world", 0)
        assert b"\x1b" not in screen


def test_probabilities_are_colours_on_a_terminal_and_numbers_on_one_without(playground):
    model = playground.model("chances", [{"y": 0.75, "n": 0.25}], after="x")
    words = ["gen", "x", "-m", model, "--probs", "-s", "greedy"]
    assert b"48;5;149my\x1b[0m" in playground.on_terminal(*words)[0]
    assert b"y(0.75)" in playground.on_terminal(*words, TERM="dumb")[0]


def test_every_token_is_on_the_screen_before_the_next_is_read(playground):
    model = playground.model("two", ["a", "b"], after="x", pause=0.5)
    screen = playground.terminal("gen", "x", "-m", model, "--max-tokens", "2")
    screen.wait_for(b"a")
    assert b"tokens in" not in screen.received
    screen.finish()


def test_text_can_be_typed_at_a_terminal(playground):
    model = playground.model("hello", " world", after="Hello\n")
    screen = playground.terminal("gen", "-", "-m", model)
    screen.wait_for(b"ctrl-d")
    screen.type(b"Hello\n\x04")
    received, code = screen.finish()
    assert b" world" in received
    assert code == 0


def test_an_error_is_one_line_and_a_hint(playground):
    ran = playground.process("gen", "x", "-m", "nope")
    lines = ran.stderr.decode().splitlines()
    assert [line.partition(":")[0] for line in lines] == ["error", "hint"]
