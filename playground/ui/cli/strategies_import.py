"""`playground strategies import`: another engine's parameters as a chain, in an engine's order."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click

from playground.ui.cli.common import App, json_option, notice, print_json, warn, write_line

FORMATS = ("transformers", "webui", "openai", "llamacpp")
ORDERS = ("hf", "llamacpp", "webui", "kobold")
FLAGS = {
    "max_tokens": "--max-tokens",
    "seed": "--seed",
    "n": "-n",
    "stop": "--stop",
    "max_seconds": "--max-seconds",
}
"""How `playground gen` is told a setting."""


@click.command("import")
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--flags", metavar="FLAGS", help='Flags of llama.cpp, such as "--temp 0.7 --min-p 0.1".'
)
@click.option(
    "--from", "form", type=click.Choice(FORMATS), help="What FILE is, where it is not clear."
)
@click.option(
    "--order", type=click.Choice(ORDERS),
    help="The engine in whose order the samplers stand; else that of the parameters.",
)  # fmt: skip
@json_option
@click.pass_obj
def command(
    app: App,
    file: Path | None,
    flags: str | None,
    form: str | None,
    order: str | None,
    as_json: bool,
) -> None:
    """The chain that the parameters of FILE mean: for `gen -s`.

    FILE is a generation_config.json of transformers, a YAML preset of text-generation-webui, the JSON body of
    an OpenAI-style request, or flags of llama.cpp. Engines' defaults hold where a parameter is not given.
    What the chain does not express is named on stderr.
    """
    from playground.api import InvalidInput
    from playground.session.importing.orders import chain_of
    from playground.session.importing.reading import read_file, read_flags

    if (file is None) == (flags is None):
        raise InvalidInput("parameters come from a FILE or from --flags", "give one of the two")
    parameters = read_flags(flags) if flags is not None else read_file(file or Path(), form)
    chain, left_out = chain_of(parameters, app.session().plugins, order)
    if as_json:
        order = order or parameters.order
        settings = parameters.settings
        print_json({"chain": chain, "order": order, "settings": settings, "left_out": left_out})
        return
    write_line(chain)
    if parameters.settings:
        notice(f"beside it: {shlex.join(_words(parameters.settings))}")
    for each in left_out:
        warn(str(each))


def _words(settings: dict[str, Any]) -> list[str]:
    """Settings as flags of `playground gen`."""
    return [
        word
        for name, value in settings.items()
        for each in (value if isinstance(value, list) else [value])
        for word in (FLAGS[name], str(each))
    ]
