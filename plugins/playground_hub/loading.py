"""From a folder to a model that reads, with weights that are all there.

transformers fills what a file lacks with random numbers and warns; here that is an error.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers.utils import logging as transformers_logging

from playground.api import InvalidInput, ModelUnavailable
from playground_hub.card import MISMATCH, MOST_TIMES, check_layers, context_length, text_config
from playground_hub.devices import DTYPES, choose_device, choose_dtype
from playground_hub.files import read_config, read_headers
from playground_hub.kinds import fills
from playground_hub.masked import HubMasked
from playground_hub.model import HubModel
from playground_hub.tokenizer import load_tokenizer

# Nothing of it is typed.
Causal: Any = transformers.AutoModelForCausalLM
Masked: Any = transformers.AutoModelForMaskedLM
logging: Any = transformers_logging


def load_model(folder: Path, device: str, dtype: str) -> HubModel | HubMasked:
    """Load the model in `folder`; `auto` is the best device, and float32 on a CPU.

    Raises ModelUnavailable for files that are missing, truncated or not what they claim, and
    InvalidInput for a device or dtype that is not there.
    """
    config = read_config(folder)
    place = choose_device(device)
    kind = choose_dtype(dtype, place, text_config(config))
    headers = read_headers(folder)
    check_layers(folder, config, headers)
    tokenizer = load_tokenizer(folder)
    parameters = sum(header.count for header in headers.values())
    with _quiet(), _explained(folder, config):
        family = Masked if fills(config) else Causal
        _check_size(family, folder, parameters)
        module, report = _load(family, folder, DTYPES["float32" if kind == "int8" else kind])
    _check_report(folder, report)
    module = module.eval().to(place)
    if kind == "int8":
        module = _quantised(module)
    context = context_length(text_config(config))
    if family is Masked:
        return HubMasked(module, tokenizer, context_length=context, device=str(place), dtype=kind)
    with _int8_refusal(kind):
        return HubModel(module, tokenizer, context_length=context, device=str(place), dtype=kind)


def _load(family: Any, folder: Path, dtype: torch.dtype) -> tuple[Any, Mapping[str, Any]]:
    loaded: tuple[Any, Mapping[str, Any]] = family.from_pretrained(
        folder,
        dtype=dtype,
        local_files_only=True,
        use_safetensors=True,
        trust_remote_code=False,
        output_loading_info=True,
    )
    return loaded


def _check_size(family: Any, folder: Path, parameters: int) -> None:
    """Refuse a configuration that asks for far more than the files hold, before memory is taken."""
    config = transformers.AutoConfig.from_pretrained(folder, local_files_only=True)
    with torch.device("meta"):
        wanted = family.from_config(config).num_parameters()
    if wanted > MOST_TIMES * parameters:
        raise ModelUnavailable(
            f"{folder}: config.json asks for {wanted:,} parameters, the weights hold {parameters:,}",
            MISMATCH,
        )


def _check_report(folder: Path, report: Mapping[str, Any]) -> None:
    for fault in ("missing_keys", "mismatched_keys", "error_msgs"):
        if found := sorted(map(str, report.get(fault) or ())):
            more = f" and {len(found) - 1:,} more" if len(found) > 1 else ""
            raise ModelUnavailable(
                f"the weights in {folder} are not the model's: {fault} {found[0]}{more}", MISMATCH
            )


@contextmanager
def _explained(folder: Path, config: Mapping[str, Any]) -> Iterator[None]:
    try:
        yield
    except ModelUnavailable:
        raise
    except Exception as error:  # whatever a family's own code makes of broken files
        raise _unloadable(folder, config, error) from error


def _unloadable(folder: Path, config: Mapping[str, Any], error: Exception) -> ModelUnavailable:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    hint = f"this is transformers {transformers.__version__}; a newer one may know the model"
    if "auto_map" in config:
        hint = "it brings code of its own, which is never run here"
    what = f"transformers cannot load {config.get('model_type')!r} from {folder}: {lines[0]}"
    return ModelUnavailable(what, hint)


def _quantised(module: Any) -> Any:
    """Linear layers with int8 weights and, while they compute, int8 inputs."""
    with warnings.catch_warnings():
        # torch announces that this will move to another package some day.
        warnings.simplefilter("ignore")
        quantise: Any = importlib.import_module("torch.ao.quantization").quantize_dynamic
        return quantise(module, {torch.nn.Linear}, dtype=torch.qint8, inplace=True)


@contextmanager
def _int8_refusal(kind: str) -> Iterator[None]:
    """Families that compute with the weights of a linear layer themselves cannot have them in int8."""
    try:
        yield
    except (TypeError, AttributeError) as error:
        if kind != "int8":
            raise
        raise InvalidInput("this model cannot be read in int8", "--dtype bfloat16") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the bars and warnings of transformers: what matters of them is an error here."""
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
