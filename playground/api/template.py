"""What a prompt template is, as data: header, shots, query, separator, variables, labels, defaults.

A template that exists is consistent: every place it names can be filled, and nothing it declares is
idle. It does not know where it was read from, nor any tokenizer or model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta

from playground.api.errors import InvalidInput

PLACE = re.compile(r"\{\{([A-Za-z_][A-Za-z0-9_]*)\}\}")
SPACED_PLACE = re.compile(r"\{\{(?:\s+\w+\s*|\w+\s+)\}\}")
INPUT = "input"
"""The variable that the text on the command line or on stdin fills; it need not be declared."""
LABEL = "label"
"""The place in a query where a label stands; without one, labels follow the query."""

Shot = dict[str, str]


class TemplateError(InvalidInput):
    """A template that cannot be meant; `key` is the path of keys that is at fault."""

    def __init__(self, message: str, hint: str = "", key: tuple[str | int, ...] = ()) -> None:
        super().__init__(message, hint)
        self.key = key


class Variable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place that the user fills; one without a default must be given."""

    help: str = ""
    default: str | None = None


class TemplateTest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case that comes with a template: what it renders to, and how many tokens that makes."""

    variables: dict[str, str] = {}
    shots: Annotated[int, Meta(ge=0)] | None = None
    prompt: str | None = None
    tokens: dict[str, Annotated[int, Meta(ge=0)]] = {}
    """Model name to the count of tokens by its tokenizer."""


class Template(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A prompt with places `{{name}}`: the header, then shots and query with separators between.

    Raises TemplateError when its parts contradict each other.
    """

    name: str
    query: str
    description: str = ""
    header: str = ""
    layout: str = ""
    """How one shot is written; its places are the shot's fields and the template's variables."""
    shots: tuple[Shot, ...] = ()
    separator: str = "\n"
    stop: tuple[str, ...] = ()
    variables: dict[str, Variable] = {}
    labels: dict[str, str] = {}
    """The verbalizer: label to the text that stands for it, a leading space included."""
    chain: str | None = None
    max_tokens: Annotated[int, Meta(ge=0)] | None = None
    tests: tuple[TemplateTest, ...] = ()

    def __post_init__(self) -> None:
        _check_spelling(self)
        _check_places(self)
        _check_shots(self)
        _check_use(self)
        _check_labels(self)
        _check_tests(self)

    @property
    def accepts(self) -> dict[str, Variable]:
        """Every variable that can be given, `input` with them where the text has a place for it."""
        implied = {INPUT: Variable()} if INPUT in places(self.header + self.query) else {}
        return implied | self.variables


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """A filled template, or a plain text with nothing around it.

    To classify, `text + labels[name] + after` is the whole text for a label.
    """

    text: str
    shots: int = 0
    """How many examples `text` holds."""
    stop: tuple[str, ...] = ()
    chain: str | None = None
    max_tokens: int | None = None
    labels: dict[str, str] = {}
    after: str = ""
    template: str = ""
    """The name of the template that was filled; empty for a plain text."""
    variables: dict[str, str] = {}
    """What filled it, defaults too."""


def places(text: str) -> set[str]:
    """The names of the places in `text`."""
    return set(PLACE.findall(text))


def _check_spelling(template: Template) -> None:
    for key in ("header", "layout", "query"):
        spaced = SPACED_PLACE.search(getattr(template, key))
        if spaced:
            name = spaced.group().strip("{} \t\n")
            raise TemplateError(
                f"{key}: {spaced.group()} has spaces inside its braces",
                f"write {{{{{name}}}}}",
                (key,),
            )


def _check_places(template: Template) -> None:
    known = {INPUT, *template.variables}
    _require_known("header", template.header, known)
    _require_known("query", template.query, known | ({LABEL} if template.labels else set()))
    fields = {field for shot in template.shots for field in shot}
    if template.shots:
        _require_known("layout", template.layout, template.accepts.keys() | fields)


def _require_known(key: str, text: str, known: Iterable[str]) -> None:
    unknown = sorted(places(text) - set(known))
    if unknown:
        raise TemplateError(
            f"{key}: {{{{{unknown[0]}}}}} is not a variable of the template",
            f"declare it as [variables.{unknown[0]}], or use one of: {_listed(known)}",
            (key,),
        )


def _check_shots(template: Template) -> None:
    if template.shots and not template.layout:
        raise TemplateError("shots need a layout", "add: layout = '...{{field}}...'", ("shots",))
    wanted = places(template.layout)
    for number, shot in enumerate(template.shots):
        missing = sorted(wanted - shot.keys() - template.accepts.keys())
        idle = sorted(shot.keys() - wanted)
        if missing or idle:
            verb, name = ("lacks", missing[0]) if missing else ("has an unused", idle[0])
            raise TemplateError(
                f"shot {number + 1} {verb} field {name!r}",
                f"the layout's fields are: {_listed(wanted)}",
                ("shots", number),
            )


def _check_use(template: Template) -> None:
    used = places(template.header + template.query + template.layout)
    for name in template.variables:
        if name not in used:
            raise TemplateError(
                f"variable {name!r} has no place {{{{{name}}}}} in the template",
                f"the places are: {_listed(used)}",
                ("variables", name),
            )
    if "" in template.stop:
        raise TemplateError("a stop string is empty", "remove it", ("stop",))


def _check_labels(template: Template) -> None:
    if not template.labels:
        return
    texts = list(template.labels.values())
    if len(texts) < 2 or "" in texts or len(set(texts)) < len(texts):
        raise TemplateError("labels must be at least two different texts", key=("labels",))
    if LABEL in template.variables:
        raise TemplateError(
            f"a variable cannot be called {LABEL!r} in a template with labels",
            "{{label}} is where the labels stand",
            ("variables", LABEL),
        )
    if len(re.findall(r"\{\{label\}\}", template.query)) > 1:
        raise TemplateError("query: {{label}} can stand only once", key=("query",))


def _check_tests(template: Template) -> None:
    for number, case in enumerate(template.tests):
        unknown = sorted(case.variables.keys() - template.accepts.keys())
        if unknown:
            raise TemplateError(
                f"test {number + 1}: {unknown[0]!r} is not a variable of the template",
                f"it takes: {_listed(template.accepts)}",
                ("tests", number),
            )
        if (case.shots or 0) > len(template.shots):
            raise TemplateError(
                f"test {number + 1} wants {case.shots} shots; there are {len(template.shots)}",
                key=("tests", number),
            )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
