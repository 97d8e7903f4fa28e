"""Regex, JSON schema and grammar: each becomes a grammar of llguidance, which says what may follow."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from playground.api import About, InvalidInput, Meta, Processor, Step
from playground_constraints.library import library
from playground_constraints.matching import NO_FORCING, automaton, is_empty
from playground_constraints.narrowing import narrowed, said, tokenizer_of
from playground_constraints.vocabulary import Vocabulary, vocabulary_of

if TYPE_CHECKING:
    from playground.api import Candidates

GUIDANCE = "llguidance 2024; Willard and Louf 2023"


class Regex(Processor, frozen=True):
    """Say a text that the regular expression matches as a whole: `regex("[A-Z][a-z]+( [A-Z][a-z]+)*")`.

    In the syntax of Rust's regex crate, without look-around and anchors. Any tokens that spell such a text
    will do. It may end where it matches: by the model's choice if that has a token that ends a text, else
    where nothing more could match, or at the token limit.
    """

    aliases: ClassVar[tuple[str, ...]] = ("guided_regex",)
    about: ClassVar[About] = About(
        group="Constraints",
        formula="removes tokens after which no match is possible",
        source=GUIDANCE,
        elsewhere="vLLM: `guided_regex`; transformers and llama.cpp through llguidance or outlines",
        neutral='regex("(?s:.*)")',
        example='regex(" sat on the (mat|rug|sofa)")',
    )

    pattern: Annotated[str, Meta(description="a regular expression")]

    def __post_init__(self) -> None:
        _check(regex_grammar(self.pattern), "regex", repr(self.pattern))

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        vocabulary = vocabulary_of(tokenizer_of(step, "regex"))
        return _narrowed(candidates, step, _regex_over(self.pattern, vocabulary), "regex")


class JsonSchema(Processor, frozen=True):
    """Say a JSON value that fits the schema: `json_schema({"type": "object", "properties": {…}})`.

    The schema is a mapping or its JSON text; `json_schema({})` is any JSON. What a limit of tokens cuts
    short is no JSON: bound strings and lists (`maxLength`, `maxItems`) or allow enough.
    """

    aliases: ClassVar[tuple[str, ...]] = ("guided_json",)
    about: ClassVar[About] = About(
        group="Constraints",
        formula="removes tokens after which no JSON of the schema is possible",
        source=GUIDANCE,
        elsewhere=(
            "vLLM: `guided_json`; llama.cpp: `--json-schema`, its own grammars; OpenAI's API: "
            "`response_format`"
        ),
        example='json_schema({"properties": {"age": {"type": "integer"}}, "required": ["age"]})',
        scene="json",
    )

    schema: Annotated[dict[str, Any] | str, Meta(description="a JSON schema")]
    whitespace: Annotated[
        Literal["free", "none"], Meta(description="whether space may stand between the parts")
    ] = "free"

    def __post_init__(self) -> None:
        _check(self._grammar, "json_schema", "the schema")

    @property
    def _grammar(self) -> str:
        return json_grammar(self.schema, free=self.whitespace == "free")

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        return _narrowed(candidates, step, self._grammar, "json_schema")


class Grammar(Processor, frozen=True):
    """Say a text of a context-free grammar: `grammar('start: "yes" | "no" NAME\\nNAME: /[a-z]+/')`.

    In Lark's syntax as llguidance takes it, or in llama.cpp's GBNF (`root ::= …`). Otherwise as `regex`.
    """

    aliases: ClassVar[tuple[str, ...]] = ("guided_grammar",)
    about: ClassVar[About] = About(
        group="Constraints",
        formula="removes tokens after which no text of the grammar is possible",
        source=GUIDANCE,
        elsewhere="llama.cpp: `--grammar`, GBNF; vLLM: `guided_grammar`",
        example='grammar("root ::= \\" sat on the\\" (\\" mat\\" | \\" rug\\") \\".\\"?")',
    )

    grammar: Annotated[str, Meta(description="rules, the first of them `start` or `root`")]

    def __post_init__(self) -> None:
        _check(lark_grammar(self.grammar), "grammar", "it")

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        return _narrowed(candidates, step, lark_grammar(self.grammar), "grammar")


def _narrowed(candidates: Candidates, step: Step, grammar: str, stage: str) -> Candidates:
    tokenizer = tokenizer_of(step, stage)
    ids = said(step)
    if ids and ids[-1] in tokenizer.eos_ids:
        return candidates
    place = automaton(grammar, vocabulary_of(tokenizer)).after(ids, tokenizer, stage)
    return narrowed(candidates, place.allowed(), tokenizer.eos_ids, place.complete, stage)


@lru_cache(maxsize=32)
def regex_grammar(pattern: str) -> str:
    """A grammar of the texts that `pattern` matches."""
    return f"start: /{_escaped(pattern)}/"


@lru_cache(maxsize=32)
def _regex_over(pattern: str, vocabulary: Vocabulary) -> str:
    """The same, of the texts alone that a vocabulary of characters can say: no dead end is entered."""
    if vocabulary.spacing:
        # In the expression itself: between two of them the first would take every space it can.
        return regex_grammar(f"(?:{pattern}) ?")
    if vocabulary.alphabet is None:
        return regex_grammar(pattern)
    letters = "".join(f"\\x{{{ord(letter):x}}}" for letter in sorted(vocabulary.alphabet))
    return f"start: TEXT\nTEXT: /(?s:[{letters}]*)/ & /{_escaped(pattern)}/"


def _escaped(pattern: str) -> str:
    body: str = library().regex_to_lark(pattern)
    return body.replace("\n", "\\n")


def json_grammar(schema: dict[str, Any] | str, *, free: bool) -> str:
    """A grammar of the JSON texts that fit `schema`. Raises InvalidInput for a text that is no schema."""
    if isinstance(schema, str):
        try:
            schema = json.loads(schema)
        except ValueError as error:
            raise InvalidInput(
                f"json_schema: the schema is no JSON: {error}",
                'for example json_schema({"type": "integer"})',
            ) from None
    if isinstance(schema, dict) and not free:
        guidance = {**schema.get("x-guidance", {}), "whitespace_flexible": False}
        schema = {**schema, "x-guidance": guidance}
    return f"start: %json {json.dumps(schema)}"


@lru_cache(maxsize=32)
def lark_grammar(text: str) -> str:
    """A grammar in Lark's syntax. Raises InvalidInput for GBNF that cannot be read."""
    library()
    from llguidance.gbnf_to_lark import any_to_lark

    try:
        return any_to_lark(text)
    except Exception as error:  # the converter raises what its parser stumbles over
        raise InvalidInput(
            f"grammar: the rules cannot be read as GBNF: {error}",
            'for example root ::= "yes" | "no"',
        ) from None


@lru_cache(maxsize=64)
def _check(grammar: str, stage: str, called: str) -> None:
    """Raises InvalidInput for a grammar that cannot be compiled, or that no text satisfies."""
    ll = library()
    failed, messages = ll.LLMatcher.validate_grammar_with_warnings(
        ll.LLMatcher.grammar_from_lark(grammar + NO_FORCING)
    )
    if failed:
        raise InvalidInput(
            f"{stage}: {called} cannot be used: {_reason(messages[0])}", HINTS[stage]
        )
    if is_empty(grammar):
        raise InvalidInput(f"{stage}: no text satisfies {called}", HINTS[stage])


HINTS = {
    "regex": "the syntax is that of Rust's regex crate, without look-around and anchors",
    "json_schema": "llguidance's documentation lists the keywords that it knows",
    "grammar": "Lark's syntax as llguidance takes it, or GBNF; the first rule is start or root",
}


def _reason(message: str) -> str:
    """What the library complains of, in a line."""
    lines = [line.strip() for line in message.splitlines()]
    said = next((line for line in lines if line.startswith("error: ")), lines[0])
    reason = said.removeprefix("error: ")
    where, found, rest = reason.partition(": ")
    if found and where.startswith("at ") and where.endswith(")"):
        reason = rest
    return reason.removeprefix("failed to compile JSON schema: ")
