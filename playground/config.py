"""Settings: flags over environment over `config.toml` over defaults; each says where it came from.

Knows nothing of what the settings are for.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from playground import paths
from playground.api.errors import InvalidInput
from playground.api.request import DEFAULT_CHAIN
from playground.registry import did_you_mean

DEFAULT_MODEL = "shakespeare-rnn"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a session starts with. The names are the keys of `config.toml`."""

    model: str = DEFAULT_MODEL
    chain: str = DEFAULT_CHAIN
    max_tokens: int = 200
    device: str = "auto"
    dtype: str = "auto"
    offline: bool = False
    strict: bool = False
    """Make a plugin that cannot be loaded fatal instead of setting it aside."""
    plugins: tuple[str, ...] = ()
    """Folders of single-file plugins, beside `plugins/` in the configuration folder."""
    models: tuple[str, ...] = ()
    """Folders whose children are model folders, beside `models/` in the data folder."""
    prompts: tuple[str, ...] = ()
    """Folders of templates, beside `prompts/` in the configuration folder."""
    prefix_cache_bytes: int = 512 * 2**20
    history: bool = True
    """Keep what is generated, in the data folder."""
    model_bytes: Annotated[int, Meta(ge=0)] = 0
    """Bytes of weights that the session process keeps loaded; 0: half of the machine's memory."""
    worker: bool = True
    """Let a session process hold the models, shared by all front ends; else each loads its own."""
    worker_idle_minutes: Annotated[float, Meta(gt=0)] = 15
    """After so long without a request the session process ends. Who starts it decides."""
    worker_hang_seconds: Annotated[float, Meta(gt=0)] = 10
    """A session process that spends more than this in one step, beyond what reading takes on a slow machine,
    is ended and started again."""
    theme: str = ""
    """The app's colours, by the name of a theme; empty: its own."""
    keys: dict[str, str] = {}
    """The app's keys by the names that its help lists: `"app.generate" = "ctrl+j"`."""

    @property
    def worker_silent_seconds(self) -> float:
        """How long a session process may say nothing at all: its libraries may hold the interpreter, or the
        machine may be busy with its start."""
        return 3 * self.worker_hang_seconds

    @property
    def plugin_folders(self) -> tuple[Path, ...]:
        return (*map(Path, self.plugins), paths.config_folder() / "plugins")

    @property
    def model_folders(self) -> tuple[Path, ...]:
        return (*map(Path, self.models), paths.data_folder() / "models")

    @property
    def prompt_folders(self) -> tuple[Path, ...]:
        return (*map(Path, self.prompts), paths.config_folder() / "prompts")


ENVIRONMENT = {
    "PLAYGROUND_MODEL": "model",
    "PLAYGROUND_CHAIN": "chain",
    "PLAYGROUND_DEVICE": "device",
    "PLAYGROUND_DTYPE": "dtype",
    "PLAYGROUND_OFFLINE": "offline",
    "PLAYGROUND_STRICT": "strict",
    "PLAYGROUND_HISTORY": "history",
    "PLAYGROUND_PLUGINS_DIR": "plugins",
    "PLAYGROUND_MODELS_DIR": "models",
    "PLAYGROUND_PROMPTS_DIR": "prompts",
    "PLAYGROUND_WORKER": "worker",
    "PLAYGROUND_WORKER_IDLE_MINUTES": "worker_idle_minutes",
    "PLAYGROUND_WORKER_HANG_SECONDS": "worker_hang_seconds",
}
SWITCHES = ("offline", "strict", "worker", "history")


def config_file() -> Path:
    return paths.config_folder() / "config.toml"


def load_settings(flags: Mapping[str, Any] | None = None) -> Settings:
    """Settings from the file, the environment and `flags` (the nearest wins).

    Raises InvalidInput naming the file, the variable or the key that cannot be meant.
    """
    values: dict[str, Any] = {}
    for source, part in (
        (str(config_file()), _from_file(config_file())),
        ("the environment", _from_environment()),
        ("the command line", dict(flags or {})),
    ):
        _check(source, part)
        values.update(part)
    return msgspec.convert(values, Settings, strict=False)


def _check(source: str, values: Mapping[str, Any]) -> None:
    known = [field.name for field in msgspec.structs.fields(Settings)]
    for key in values:
        if key not in known:
            hint = did_you_mean(key, known) or f"known settings: {', '.join(known)}"
            raise InvalidInput(f"{source} has an unknown setting {key!r}", hint)
    try:
        msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"{source} has a setting that cannot be used: {error}") from None


def _from_file(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    import tomllib

    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(f"cannot read {file}: {error}", "mend or remove the file") from None


def _from_environment() -> dict[str, Any]:
    values: dict[str, Any] = {}
    for variable, key in ENVIRONMENT.items():
        text = os.environ.get(variable, "")
        if not text:
            continue
        if key in ("plugins", "models", "prompts"):
            values[key] = [part for part in text.split(os.pathsep) if part]
        elif key in SWITCHES:
            values[key] = text.lower() not in ("0", "false", "no", "off")
        else:
            values[key] = text
    return values
