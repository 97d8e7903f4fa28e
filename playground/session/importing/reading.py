"""From a file or flags to parameters: which format it is, and whether it can be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playground.api.errors import InvalidInput
from playground.session.importing import llama_cpp, openai, transformers, webui
from playground.session.importing.parameters import Parameters

READERS: dict[str, Callable[[dict[str, Any]], Parameters]] = {
    "transformers": transformers.read,
    "webui": webui.read,
    "openai": openai.read,
}
FORMATS = (*READERS, "llamacpp")
OF_TRANSFORMERS = {
    "do_sample", "transformers_version", "_from_model_config", "eos_token_id", "bos_token_id",
    "num_beams", "max_new_tokens",
}  # fmt: skip


def read_flags(text: str) -> Parameters:
    """llama.cpp's command line."""
    return _checked(lambda: llama_cpp.read(text), "these flags")


def read_file(file: Path, form: str | None = None) -> Parameters:
    """A parameter file of the format `form`, or of what it looks like.

    Raises InvalidInput for one that cannot be read or is no mapping of parameters.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"cannot read {file}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise InvalidInput(f"cannot read {file}: it is no text in UTF-8") from None
    if form == "llamacpp" or (form is None and text.lstrip().startswith(("-", "llama", "./"))):
        return read_flags(text.replace("\\\n", " "))
    values = (
        _json(text) if file.suffix == ".json" or text.lstrip()[:1] == "{" else _yaml(text, file)
    )
    if not isinstance(values, dict) or not all(isinstance(name, str) for name in values):
        raise InvalidInput(
            f"{file} holds no parameters by name", f"say what it is: --from {'|'.join(FORMATS)}"
        )
    kind = form or _looks_like(values, file)
    return _checked(lambda: READERS[kind](values), f"{file} as parameters of {kind}")


def _checked(read: Callable[[], Parameters], what: str) -> Parameters:
    try:
        return read()
    except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
        raise InvalidInput(
            f"cannot read {what}: {error}", "a value is not of the kind that the parameter takes"
        ) from None


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidInput(f"the parameters are no JSON: {error}") from None


def _yaml(text: str, file: Path) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InvalidInput(f"{file} is no YAML: {' '.join(str(error).split())}") from None


def _looks_like(values: dict[str, Any], file: Path) -> str:
    if file.suffix in (".yaml", ".yml"):
        return "webui"
    return "transformers" if OF_TRANSFORMERS & values.keys() else "openai"
