"""What a template is, in words: its facts, and its text with the places still to be filled."""

from __future__ import annotations

from playground.api.template import Template
from playground.session.prompts import Entry
from playground.session.render import render


def facts_of(template: Template, entry: Entry | None = None) -> list[tuple[str, str]]:
    """What there is to say of it, and of where it comes from; the values of some may be empty."""
    variables = [
        (f"{{{{{name}}}}}", f"{v.help}{'' if v.default is None else f' (default: {v.default})'}")
        for name, v in template.accepts.items()
    ]
    return [
        ("name", template.name),
        *_origin(entry),
        ("description", template.description),
        *variables,
        ("labels", ", ".join(f"{name}: {text!r}" for name, text in template.labels.items())),
        ("shots", str(len(template.shots) or "")),
        ("stop", " ".join(map(repr, template.stop))),
        ("chain", template.chain or ""),
        ("max tokens", "" if template.max_tokens is None else str(template.max_tokens)),
    ]


def as_written(template: Template) -> str:
    """The prompt with every place, the label's too, still to be filled."""
    prompt = render(template, {name: f"{{{{{name}}}}}" for name in template.accepts})
    gap = next(iter(prompt.labels.values()), "")
    spaces = gap[: len(gap) - len(gap.lstrip(" "))]
    return f"{prompt.text}{spaces}{{{{label}}}}{prompt.after}" if gap else prompt.text


def _origin(entry: Entry | None) -> list[tuple[str, str]]:
    if entry is None:
        return []
    return [("from", entry.origin), *(("hides", hidden) for hidden in entry.hides)]
