"""The card of a trained model: `README.md` in its folder, what it was made of and how, and what it writes.

It follows the model cards of Mitchell et al. (2019) in what it tells, as far as a trainer knows it. The
samples are those of seeds 0 to 4, whatever they are.
"""

from __future__ import annotations

import platform
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomlkit
import torch

if TYPE_CHECKING:
    from playground_train.checkpoint import Counters
    from playground_train.subjects.subject import Measured, Subject

CARD = "README.md"
SEEDS = range(5)
UNKNOWN_LICENCE = "not said; whoever made this model knows what it was trained on."


TOLD = {
    "token": (
        "A model for text generation, trained by textgen-playground.",
        "## What it writes",
        "Unpicked: from the beginning of a text, with seeds 0 to 4.",
    ),
    "example": (
        "A model that labels texts, trained by textgen-playground.",
        "## What it says",
        "Unpicked: of held-out examples, drawn with seeds 0 to 4.",
    ),
}
"""Of a model that guesses tokens or the labels of examples: what it is, and what its samples are."""


def model_card(
    name: str,
    guesses: str,
    training: dict[str, Any],
    results: dict[str, str],
    samples: Sequence[str],
) -> bytes:
    """The card as Markdown.

    `guesses`: see `Subject`. `training`: what `config.json` says of it. `results`: what was measured, by its
    name. `samples`: what the model writes with each of SEEDS.
    """
    recipe = training["recipe"]
    rows = {
        "data": _names(training["data"]),
        "SHA-256 of the data": f"`{training['data_sha256']}`",
        "characters": f"{training['characters']:,}",
        "licence of the text": recipe["licence"] or UNKNOWN_LICENCE,
        **results,
    }
    what, heading, drawn = TOLD[guesses]
    parts = [
        f"# {name}",
        what,
        "\n".join(["| what | value |", "|---|---|", *(f"| {k} | {v} |" for k, v in rows.items())]),
        "## Recipe",
        _fenced(tomlkit.dumps({"trainer": training["trainer"], **recipe}), "toml"),
        heading,
        drawn,
        *(_fenced(sample, "text") for sample in samples),
    ]
    return ("\n\n".join(parts) + "\n").encode()


def measured(
    subject: Subject, counters: Counters, steps: int, found: Measured, device: torch.device
) -> dict[str, str]:
    """What a run of `steps` tells when it is over, and what was `found` of its model on held-out text."""
    return {
        "parameters": f"{sum(p.numel() for p in subject.network.parameters()):,}",
        "loss on held-out text": _loss(subject, found.loss),
        **(
            {} if found.accuracy is None else {"accuracy on held-out text": f"{found.accuracy:.2%}"}
        ),
        "steps": f"{counters.best_step:,} of {steps:,}",
        "trained on": _hardware(device),
        "time of the steps": f"{counters.seconds / 60:,.1f} minutes",
    }


def _loss(subject: Subject, loss: float) -> str:
    size, nats = subject.size, f"{loss:.4f} nats per {subject.guesses}"
    if subject.guesses != "token":
        return nats
    bits, in_bytes = size.bits_per_character(loss), size.bits_per_byte(loss)
    return f"{nats}, {bits:.3f} bits per character, {in_bytes:.3f} bits per byte"


def _hardware(device: torch.device) -> str:
    """What the model was trained on."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    threads = torch.get_num_threads()
    return f"{_processor()}, {threads} thread{'s' if threads != 1 else ''}"


def _processor() -> str:
    """The name of the processor; the machine's kind where it tells none."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()


def _names(files: list[str]) -> str:
    shown = ", ".join(files[:3])
    return shown if len(files) <= 3 else f"{shown} and {len(files) - 3} more"


def _fenced(text: str, language: str) -> str:
    """Text that shows as it is, whatever fences it has itself."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text.strip(chr(10))}\n{fence}"
