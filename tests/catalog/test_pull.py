"""A download brings what a model needs, goes on where it stopped, and says what went wrong."""

from __future__ import annotations

import errno
import shutil
import socket
from pathlib import Path

import pytest

from playground.api import ModelUnavailable
from playground.engine import hub_cache
from playground.session import pull, transfer

CONFIG = b'{"model_type": "gpt"}'


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(transfer.time, "sleep", lambda seconds: None)


@pytest.fixture
def planned(hub, endpoint, cache):
    return lambda: pull.plan("lab/tiny", cache, offline=False, endpoint=endpoint)


def fetch(plan: pull.Plan) -> tuple[Path, int]:
    gained: list[int] = []
    return pull.fetch(plan, gained.append), sum(gained)


def test_the_size_is_known_before_anything_is_downloaded(hub, planned):
    plan = planned()
    assert plan.bytes_total == sum(map(len, hub.files.values()))
    assert plan.bytes_here == 0
    assert not any("resolve" in path for _, path, _ in hub.requests)


def test_a_download_is_found_by_the_catalog_s_reading_of_the_cache(hub, planned, cache):
    plan = planned()
    folder, gained = fetch(plan)
    assert folder == hub_cache.snapshot(cache, "lab/tiny")
    assert gained == plan.bytes_total
    assert hub_cache.missing_files(folder) == []
    assert {name: (folder / name).read_bytes() for name in hub.files} == hub.files


def test_only_what_a_model_needs_is_downloaded(hub, planned):
    wanted = set(hub.files)
    others = ("pytorch_model.bin", "tf_model.h5", "README.md", "run.py", "onnx/model.onnx")
    hub.files |= dict.fromkeys(others, b"x")
    assert {file.name for file in planned().files} == wanted
    folder, _ = fetch(planned())
    assert {file.name for file in folder.iterdir()} == wanted


def test_an_interrupted_download_goes_on_where_it_stopped(hub, planned):
    half = len(hub.files["model.safetensors"]) // 2

    def interrupt(count: int) -> None:
        gained.append(count)
        if sum(gained) > half:
            raise KeyboardInterrupt

    gained: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        pull.fetch(planned(), interrupt)
    plan = planned()
    assert plan.bytes_here == sum(gained) > half
    folder, rest = fetch(plan)
    assert rest == plan.bytes_total - sum(gained)
    first, second = hub.fetched("model.safetensors")
    assert first is None
    assert int(second.removeprefix("bytes=").removesuffix("-")) > half // 2
    assert (folder / "model.safetensors").read_bytes() == hub.files["model.safetensors"]


def test_a_lost_connection_is_taken_up_again(hub, planned):
    hub.drop = 3
    folder, gained = fetch(planned())
    assert len(hub.fetched("model.safetensors")) == 4
    assert gained == planned().bytes_total
    assert (folder / "model.safetensors").read_bytes() == hub.files["model.safetensors"]


def test_a_server_without_ranges_begins_again_and_nothing_is_damaged(hub, planned):
    hub.drop, hub.ignore_ranges = 1, True
    folder, gained = fetch(planned())
    assert (folder / "model.safetensors").read_bytes() == hub.files["model.safetensors"]
    assert gained == planned().bytes_total


def test_a_second_download_fetches_nothing_again(hub, planned):
    fetch(planned())
    hub.requests.clear()
    plan = planned()
    assert plan.bytes_here == plan.bytes_total
    assert fetch(plan)[1] == 0
    assert hub.fetched("model.safetensors") == []


def test_content_that_is_not_what_was_announced_is_thrown_away(hub, planned, cache):
    plan = planned()
    hub.lie = b"?" * len(hub.files["model.safetensors"])
    with pytest.raises(ModelUnavailable, match="did not arrive as the hub describes it"):
        fetch(plan)
    hub.lie = b""
    assert fetch(planned())[0].is_dir()


def test_a_sharded_model_is_all_of_its_shards(hub, planned):
    weights = hub.files.pop("model.safetensors")
    hub.files |= {f"model-0000{i}-of-00002.safetensors": weights[i:] for i in (1, 2)}
    hub.files["model.safetensors.index.json"] = b'{"weight_map": {}}'
    assert {file.name for file in planned().files} == set(hub.files)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((404, "RepoNotFound"), "has no model lab/tiny"),
        ((401, ""), "does not let you read lab/tiny"),
        ((403, "GatedRepo"), "is gated"),
        ((500, ""), "the hub answered"),
    ],
)
def test_what_the_hub_refuses_is_explained(hub, planned, answer, message):
    hub.refuse = answer
    with pytest.raises(ModelUnavailable, match=message):
        planned()


def test_a_gated_model_that_may_be_listed_but_not_read(hub, planned):
    hub.refuse_files = (403, "GatedRepo")
    with pytest.raises(ModelUnavailable, match="is gated") as caught:
        fetch(planned())
    assert "hf auth login" in caught.value.hint


def test_a_hub_out_of_reach(cache):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(ModelUnavailable, match="cannot reach the hub"):
        pull.plan("lab/tiny", cache, offline=False, endpoint=f"http://127.0.0.1:{port}")


def test_offline_asks_nobody(hub, endpoint, cache):
    with pytest.raises(ModelUnavailable, match="forbidden"):
        pull.plan("lab/tiny", cache, offline=True, endpoint=endpoint)
    assert hub.requests == []


def test_pickles_alone_are_refused(hub, planned):
    hub.files = {"config.json": CONFIG, "pytorch_model.bin": b"x"}
    with pytest.raises(
        ModelUnavailable, match=r"no weights in safetensors, only pytorch_model\.bin"
    ):
        planned()


def test_a_repository_without_a_configuration_is_no_model(hub, planned):
    del hub.files["config.json"]
    with pytest.raises(ModelUnavailable, match=r"no config\.json"):
        planned()


def test_too_small_a_disk_is_said_before_anything_is_downloaded(hub, planned, monkeypatch):
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(pull.shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(
        ModelUnavailable, match=r"needs 2,\d\d\d,\d\d\d bytes more .* has 1,000 free"
    ):
        fetch(planned())
    assert hub.fetched("model.safetensors") == []


def test_a_disk_that_fills_up_keeps_what_came(planned, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(transfer, "_stream", full)
    with pytest.raises(ModelUnavailable, match="disk is full") as caught:
        fetch(planned())
    assert "continues where this stopped" in caught.value.hint
