"""The bytes that one token adds to a text, for every kind of decoder that tokenizer files name.

A decoder of the `tokenizers` library joins a whole text; streaming wants what one token adds, as
bytes, since a character may be spread over several tokens. Knows no vocabulary.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from playground.api import ModelUnavailable

Spelling = Callable[[str, bool], bytes]
"""From a token's spelling, and whether it is a text's first, to the bytes that it adds."""

Step = Callable[[str, bool], str]
BYTE = re.compile(r"<0x([0-9A-Fa-f]{2})>")
# What the WordPiece decoder of the `tokenizers` library tidies, in its order.
TIDY = (
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"),
    (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
)  # fmt: skip


def spelling_of(decoder: Mapping[str, Any] | None) -> Spelling:
    """The rule that `decoder`, as a tokenizer file describes it, has for single tokens.

    Raises ModelUnavailable for a decoder that no rule is known for.
    """
    if decoder is None:
        return _through([_spaced], by_bytes=False)
    stages = list(_flat(decoder))
    kinds = [stage["type"] for stage in stages]
    if "ByteLevel" in kinds:
        return _byte_level
    steps: list[Step] = []
    fused = False
    for stage in stages:
        fused = fused or stage["type"] == "Fuse"
        if step := _step(stage, fused):
            steps.append(step)
    return _through(steps, by_bytes="ByteFallback" in kinds)


def restarts(decoder: Mapping[str, Any] | None) -> bool:
    """Whether the text after a special token is spelled as the beginning of a text is.

    Llama's normaliser puts a `▁` before each of the texts that special tokens part.
    """
    stages = list(_flat(decoder)) if decoder else []
    always = {"type": "Metaspace", "prepend_scheme": "always"}
    return any(stage["type"] == "Strip" or always.items() <= stage.items() for stage in stages)


def _flat(decoder: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if decoder["type"] == "Sequence":
        for inner in decoder["decoders"]:
            yield from _flat(inner)
    else:
        yield decoder


def _step(stage: Mapping[str, Any], fused: bool) -> Step | None:
    kind = stage["type"]
    if kind in ("Fuse", "ByteFallback"):
        return None
    if kind == "Replace" and "String" in stage["pattern"]:
        return _replaced(stage["pattern"]["String"], stage["content"])
    if kind == "Strip" and not stage["stop"]:
        return _stripped(stage["content"], stage["start"], only_first=fused)
    if kind == "Metaspace":
        return _metaspace(stage["replacement"], stage.get("prepend_scheme", "always"))
    if kind == "WordPiece":
        return _word_piece(stage["prefix"], stage["cleanup"])
    raise ModelUnavailable(f"the tokenizer joins its tokens by {kind}, which this backend does not")


def _through(steps: list[Step], by_bytes: bool) -> Spelling:
    def spell(token: str, first: bool) -> bytes:
        if by_bytes and (match := BYTE.fullmatch(token)):
            return bytes.fromhex(match[1])
        for step in steps:
            token = step(token, first)
        return token.encode()

    return spell


def _replaced(pattern: str, content: str) -> Step:
    return lambda token, first: token.replace(pattern, content)


def _stripped(content: str, most: int, *, only_first: bool) -> Step:
    def strip(token: str, first: bool) -> str:
        for _ in range(most if first or not only_first else 0):
            token = token.removeprefix(content)
        return token

    return strip


def _metaspace(replacement: str, prepend: str) -> Step:
    def step(token: str, first: bool) -> str:
        text = token.replace(replacement, " ")
        return text.removeprefix(" ") if first and prepend != "never" else text

    return step


def _word_piece(prefix: str, cleanup: bool) -> Step:
    def step(token: str, first: bool) -> str:
        if not first:
            token = token[len(prefix) :] if token.startswith(prefix) else f" {token}"
        for untidy, tidy in TIDY if cleanup else ():
            token = token.replace(untidy, tidy)
        return token

    return step


def _spaced(token: str, first: bool) -> str:
    return token if first else f" {token}"


def _byte_alphabet() -> dict[str, int]:
    """GPT-2's letters for bytes: printable ones stand for themselves, the rest follow from U+0100."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in plain]
    letters = {chr(byte): byte for byte in plain}
    return letters | {chr(0x100 + place): byte for place, byte in enumerate(others)}


ALPHABET = _byte_alphabet()


def _byte_level(token: str, first: bool) -> bytes:
    try:
        return bytes(ALPHABET[letter] for letter in token)
    except KeyError:
        return token.encode()
