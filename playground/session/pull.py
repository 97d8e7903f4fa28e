"""Download a model into the hub's cache: the one place of the project that uses the network.

Takes what a causal model needs and nothing else: configuration, tokenizer, weights in safetensors,
never a pickle. A partial file stays where an interruption leaves it and is continued from there;
huggingface_hub itself starts such a file again, so the bytes are fetched here and it only files
them. Knows nothing of names and backends.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playground.api.errors import ModelUnavailable
from playground.session.hub_errors import explained
from playground.session.transfer import RemoteFile, fetch_file

TOKENIZERS = (
    "tokenizer.json tokenizer_config.json special_tokens_map.json added_tokens.json "
    "vocab.json merges.txt vocab.txt tokenizer.model spiece.model sentencepiece.bpe.model"
)
NEEDED = frozenset(("config.json", "generation_config.json", *TOKENIZERS.split()))
WHOLE, INDEX = "model.safetensors", "model.safetensors.index.json"
SHARD = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")
PICKLE = re.compile(r".*\.(bin|pt|pth|ckpt)")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a download will fetch, known before a byte of it is."""

    repository: str
    files: tuple[RemoteFile, ...]
    commit: str
    cache: Path
    endpoint: str | None = None

    @property
    def blobs(self) -> Path:
        return self.cache / ("models--" + self.repository.replace("/", "--")) / "blobs"

    @property
    def bytes_total(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def bytes_here(self) -> int:
        """Bytes that earlier downloads left, whole files and parts."""
        return sum(file.present(self.blobs) for file in self.files)


def plan(repository: str, cache: Path, *, offline: bool, endpoint: str | None = None) -> Plan:
    """Ask the hub which files the model needs and how large they are.

    Raises ModelUnavailable where the network is forbidden or out of reach, where the repository
    does not exist or may not be read, and where it holds no weights in safetensors.
    """
    if offline:
        raise ModelUnavailable(
            f"{repository} is not downloaded: the network is forbidden (--offline)",
            "leave out --offline and unset PLAYGROUND_OFFLINE to download",
        )
    with explained(repository):
        from huggingface_hub import HfApi

        info = HfApi(endpoint=endpoint).model_info(repository, files_metadata=True)
        files = {sibling.rfilename: sibling for sibling in info.siblings or ()}
        chosen = [_remote(files[name]) for name in choose(files, repository)]
        return Plan(repository, tuple(chosen), str(info.sha), cache, endpoint)


def choose(names: Iterable[str], repository: str) -> list[str]:
    """The files that a causal model needs, of those in its repository."""
    names = set(names)
    if "config.json" not in names:
        raise ModelUnavailable(f"{repository} is no model of transformers: it has no config.json")
    shards = {name for name in names if SHARD.fullmatch(name)}
    weights = {WHOLE} if WHOLE in names else shards | {INDEX} if INDEX in names else set()
    if not weights:
        pickles = sorted(name for name in names if PICKLE.fullmatch(name))
        instead = f", only {pickles[0]}, which is never opened" if pickles else ""
        raise ModelUnavailable(
            f"{repository} holds no weights in safetensors{instead}",
            "look for a version of it in safetensors",
        )
    return sorted(names & NEEDED | weights)


def fetch(plan: Plan, progress: Callable[[int], None]) -> Path:
    """Download what is still missing, calling `progress` with every number of bytes gained.

    Returns the folder of the model. Raises ModelUnavailable; what had arrived is kept.
    """
    _check_space(plan)
    with explained(plan.repository):
        from huggingface_hub import hf_hub_url, snapshot_download

        for file in plan.files:
            url = hf_hub_url(
                plan.repository, file.name, revision=plan.commit, endpoint=plan.endpoint
            )
            fetch_file(file, url, plan.blobs, progress)
        with _silent_bars():
            folder = snapshot_download(
                plan.repository,
                cache_dir=plan.cache,
                allow_patterns=[file.name for file in plan.files],
                endpoint=plan.endpoint,
            )
        return Path(folder)


def _remote(sibling: Any) -> RemoteFile:
    content = sibling.lfs.sha256 if sibling.lfs else sibling.blob_id
    size = sibling.lfs.size if sibling.lfs else sibling.size
    return RemoteFile(sibling.rfilename, int(size), str(content))


def _check_space(plan: Plan) -> None:
    existing = next(folder for folder in (plan.blobs, *plan.blobs.parents) if folder.is_dir())
    free = shutil.disk_usage(existing).free
    wanted = plan.bytes_total - plan.bytes_here
    if wanted > free:
        raise ModelUnavailable(
            f"{plan.repository} needs {wanted:,} bytes more and {existing} has {free:,} free",
            "make room, or set HF_HUB_CACHE to a folder on a larger disk",
        )


@contextmanager
def _silent_bars() -> Iterator[None]:
    """Everything has been fetched and shown already: what is left is to file it."""
    from huggingface_hub import utils

    hub: Any = utils
    shown = not hub.are_progress_bars_disabled()
    hub.disable_progress_bars()
    try:
        yield
    finally:
        if shown:
            hub.enable_progress_bars()
