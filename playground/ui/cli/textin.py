"""How a command gets its text: the argument, or stdin for `-`. It repairs nothing.

Bytes are read whole and must be UTF-8; every character is kept, line ends and NULs too.
"""

from __future__ import annotations

import sys

from playground.ui.cli.console import is_terminal, notice


def read_text(text: str | None) -> str:
    """The text of an argument; of stdin where it is `-`, or absent and something is piped in.

    Raises InvalidInput where there is neither, and for bytes that are not UTF-8.
    """
    if text is None and is_terminal(sys.stdin):
        from playground.api.errors import InvalidInput

        raise InvalidInput(
            "there is no text", 'give it as "TEXT", or pipe it in; "" is the empty text'
        )
    if text is None or text == "-":
        return read_stdin()
    _check_argument(text)
    _say_nul(text, "the text")
    return text


def read_stdin() -> str:
    """All of stdin. Raises InvalidInput, with the byte offset, where it is not UTF-8."""
    if is_terminal(sys.stdin):
        notice("reading the terminal; ctrl-d on an empty line ends the text")
    data = sys.stdin.buffer.read()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise _not_utf8("standard input", data[fault.start], fault.start) from None
    _say_nul(text, "standard input")
    return text


def read_template_input() -> str:
    """Stdin as the value of a template's variable: without its final line end, which is said."""
    text = read_stdin()
    for ending in ("\r\n", "\n"):
        if text.endswith(ending):
            notice("the final newline of standard input is not part of the input")
            return text.removesuffix(ending)
    return text


def _check_argument(text: str) -> None:
    # The interpreter decodes bytes of an argument that are not UTF-8 to lone surrogates.
    data = text.encode("utf-8", "surrogateescape")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise _not_utf8("the text", data[fault.start], fault.start) from None


def _not_utf8(what: str, byte: int, offset: int) -> Exception:
    from playground.api.errors import InvalidInput

    return InvalidInput(
        f"{what} is not UTF-8: byte 0x{byte:02X} at offset {offset}",
        "convert it first, for example: iconv -f latin1 -t utf-8 FILE | playground …",
    )


def _say_nul(text: str, what: str) -> None:
    count = text.count("\0")
    if count:
        bytes_ = "NUL byte, it is kept" if count == 1 else "NUL bytes, they are kept"
        notice(f"{what} holds {count} {bytes_} (the first at character {text.index(chr(0))})")
