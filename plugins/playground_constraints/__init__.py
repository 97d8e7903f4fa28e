"""Constraints: what a text may be as a whole, token by token: choices, a regex, a JSON schema, a grammar."""

from playground.api import Processor, hookimpl


@hookimpl
def register_processors() -> list[type[Processor]]:
    from playground_constraints.choices import Choices
    from playground_constraints.grammars import Grammar, JsonSchema, Regex

    return [Choices, Regex, JsonSchema, Grammar]
