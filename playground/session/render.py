"""Fills a template's places. Values are data: nothing in them is read as a place or a separator."""

from __future__ import annotations

from collections.abc import Mapping

from playground.api import InvalidInput, Prompt, Template
from playground.api.template import INPUT, LABEL, PLACE
from playground.registry import did_you_mean


def render(template: Template, variables: Mapping[str, str], *, shots: int | None = None) -> Prompt:
    """The prompt that `template` makes of `variables`, with its first `shots` shots (None: all).

    Raises InvalidInput for a variable that is missing or unknown, and for too many shots.
    """
    values = _values(template, variables)
    examples = _first_shots(template, shots)
    written = [_fill(template.layout, values | shot) for shot in examples]
    before, after = _split_at_label(template)
    text = _fill(template.header, values)
    text += template.separator.join([*written, _fill(before, values)])
    # A tokenizer joins the space before a word to the word, so the space belongs to the labels.
    spaces = text[len(text.rstrip(" ")) :] if after is not None else ""
    return Prompt(
        text=text[: len(text) - len(spaces)],
        shots=len(examples),
        stop=template.stop,
        chain=template.chain,
        max_tokens=template.max_tokens,
        labels={name: spaces + label for name, label in template.labels.items()},
        after=_fill(after or "", values),
        template=template.name,
        variables=values,
    )


def _values(template: Template, variables: Mapping[str, str]) -> dict[str, str]:
    accepted = template.accepts
    for name in variables:
        if name not in accepted:
            takes = f"it takes: {', '.join(accepted) or 'none'}"
            raise InvalidInput(
                f"template {template.name!r} has no variable {name!r}",
                did_you_mean(name, list(accepted)) or takes,
            )
    values = {n: v.default for n, v in accepted.items() if v.default is not None} | dict(variables)
    missing = [name for name in accepted if name not in values]
    if missing:
        raise InvalidInput(
            f"template {template.name!r} needs {', '.join(map(repr, missing))}",
            "; ".join(_how_to_give(name, accepted[name].help) for name in missing),
        )
    return values


def _how_to_give(name: str, meaning: str) -> str:
    how = "give TEXT, or pipe it in" if name == INPUT else f"give -p {name}=VALUE"
    return f"{how} ({meaning})" if meaning else how


def _first_shots(template: Template, count: int | None) -> tuple[dict[str, str], ...]:
    if count is None:
        return template.shots
    if not 0 <= count <= len(template.shots):
        raise InvalidInput(
            f"template {template.name!r} has {len(template.shots)} shots, not {count}",
            f"--shots takes 0 to {len(template.shots)}",
        )
    return template.shots[:count]


def _split_at_label(template: Template) -> tuple[str, str | None]:
    """The query before and after the place of the label; None after where it has no such place."""
    if not template.labels:
        return template.query, None
    before, place, after = template.query.partition("{{" + LABEL + "}}")
    return before, after if place else None


def _fill(text: str, values: Mapping[str, str]) -> str:
    return PLACE.sub(lambda place: values[place.group(1)], text)
