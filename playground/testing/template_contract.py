"""The laws of a template that a plugin registers or a file holds."""

from __future__ import annotations

from playground.api import InvalidInput, ModelUnavailable, Prompt, Template, Tokenizer
from playground.api.template import PLACE
from playground.session.render import render
from playground.session.template_tests import run_tests
from playground.testing.laws import Contract, require


class TemplateContract(Contract):
    """Laws of a template. Subclass it and return one from `template`."""

    def template(self) -> Template:
        raise NotImplementedError

    def test_renders_with_every_number_of_shots(self) -> None:
        template = self.template()
        for shots in range(len(template.shots) + 1):
            prompt = self._render(shots)
            require(prompt.shots == shots, f"asked for {shots} shots it wrote {prompt.shots}")

    def test_leaves_no_place_unfilled(self) -> None:
        left = PLACE.search(self._render(None).text)
        require(left is None, f"{left and left.group()} is left in the prompt")

    def test_shows_every_variable(self) -> None:
        template = self.template()
        values = {name: f"<value of {name}>" for name in template.accepts}
        prompt = render(template, values)
        for name, value in values.items():
            shown = value in prompt.text + prompt.after
            require(shown, f"the value of {name!r} does not appear in the prompt")

    def test_reads_a_value_as_data(self) -> None:
        template = self.template()
        if not template.accepts:
            return
        name = next(iter(template.accepts))
        prompt = render(template, {**self._values(), name: "{{input}}"})
        require("{{input}}" in prompt.text + prompt.after, "a value was read as a place to fill")

    def test_refuses_an_unknown_variable(self) -> None:
        try:
            render(self.template(), {**self._values(), "no_such_variable": ""})
        except InvalidInput:
            return
        raise AssertionError("it took a variable that it does not have")

    def test_passes_its_own_tests(self) -> None:
        for outcome in run_tests(self.template(), _no_tokenizer):
            failed = outcome.result == "failed"
            require(not failed, f"test {outcome.case}, {outcome.what}: {outcome.detail}")

    def _values(self) -> dict[str, str]:
        return {name: f"a {name}" for name in self.template().accepts}

    def _render(self, shots: int | None) -> Prompt:
        return render(self.template(), self._values(), shots=shots)


def _no_tokenizer(model: str) -> Tokenizer:
    raise ModelUnavailable(f"a contract knows no tokenizer of {model}")
