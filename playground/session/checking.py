"""Whether choices can be: a model that is there, a chain that can be built, a template that fits."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING

from msgspec.structs import replace

from playground.api.errors import InvalidInput
from playground.session.choices import Choices

if TYPE_CHECKING:
    from playground.session.workbench import Workbench


def checked(bench: Workbench, choices: Choices, changed: Container[str]) -> Choices:
    """The choices, the chain written as it is always written; `changed` says which are new.

    Raises PlaygroundError for what cannot be.
    """
    if "model" in changed:
        bench.session.catalog.resolve(choices.model)
    if "chain" in changed and choices.chain is not None:
        from playground.chain_stages import build_stages

        choices = replace(choices, chain=build_stages(choices.chain, bench.plugins).text)
    if any(name in changed for name in ("template", "variables", "shots")):
        _check_template(bench, choices)
    return choices


def _check_template(bench: Workbench, choices: Choices) -> None:
    if choices.template is None:
        return
    template = bench.session.prompts.get(choices.template)
    if strange := sorted(choices.variables.keys() - template.accepts.keys()):
        takes = ", ".join(template.accepts) or "none"
        raise InvalidInput(
            f"template {template.name} has no variable {strange[0]!r}", f"it takes: {takes}"
        )
    if (choices.shots or 0) > len(template.shots):
        raise InvalidInput(f"template {template.name} has {len(template.shots)} shots")
