"""The runtime folder is the user's alone or is not used; without one, commands load their own model."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from playground import paths
from playground.config import Settings
from playground.protocol.address import address_of, key_of
from playground.protocol.folder import runtime_folder
from playground.protocol.problems import WorkerUnusable


@pytest.fixture
def place(short_path, monkeypatch) -> Path:
    """Where the folder is to be."""
    monkeypatch.setenv("PLAYGROUND_RUNTIME_HOME", str(short_path / "run"))
    return short_path / "run"


def test_it_is_made_for_the_user_alone(place):
    assert runtime_folder() == place
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert runtime_folder() == place, "and found again"


def test_all_that_lies_in_it_is_the_users_alone(user):
    user.remote().models()
    assert stat.S_IMODE(user.address.folder.stat().st_mode) == 0o700
    for file in (user.address.socket, user.address.lock, user.address.log):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


@pytest.mark.parametrize("mode", [0o777, 0o710, 0o701])
def test_one_that_others_may_enter_is_refused_and_left_as_it_is(place, mode):
    place.mkdir()
    place.chmod(mode)
    with pytest.raises(WorkerUnusable, match=f"open to others \\(mode {mode:o}\\)"):
        runtime_folder()
    assert stat.S_IMODE(place.stat().st_mode) == mode


def test_a_link_and_a_file_are_refused(place, tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    place.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WorkerUnusable, match="is not a folder"):
        runtime_folder()
    place.unlink()
    place.write_text("")
    with pytest.raises(WorkerUnusable, match="cannot be made"):
        runtime_folder()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_one_of_another_user_is_refused(place):
    place.mkdir(mode=0o700)
    os.chown(place, 12345, -1)
    with pytest.raises(WorkerUnusable, match="another user \\(12345\\)"):
        runtime_folder()


def test_one_that_others_could_put_another_in_place_of_is_refused(short_path, monkeypatch):
    above = short_path / "above"
    above.mkdir()
    above.chmod(0o777)
    monkeypatch.setenv("PLAYGROUND_RUNTIME_HOME", str(above / "run"))
    with pytest.raises(WorkerUnusable, match="others may write to"):
        runtime_folder()
    above.chmod(0o1777)
    assert runtime_folder() == above / "run"


def test_a_path_that_is_too_long_for_a_socket_gets_a_short_one(tmp_path, monkeypatch):
    long = tmp_path / ("long" * 30)
    monkeypatch.setenv("PLAYGROUND_RUNTIME_HOME", str(long))
    short = runtime_folder()
    assert len(bytes(address_of(Settings()).socket)) <= paths.LONGEST_SOCKET_PATH
    assert stat.S_IMODE(short.stat().st_mode) == 0o700
    monkeypatch.setenv("PLAYGROUND_RUNTIME_HOME", str(long) + "er")
    assert runtime_folder() != short
    for folder in (short, runtime_folder()):
        folder.rmdir()


def test_it_is_the_one_of_the_login_session_and_else_lies_in_the_sticky_folder(
    tmp_path, monkeypatch
):
    monkeypatch.delenv("PLAYGROUND_RUNTIME_HOME", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert paths.runtime_folder() == tmp_path / "playground"
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.delenv("TMPDIR", raising=False)
    assert paths.runtime_folder() == Path(f"/tmp/playground-{os.getuid()}")


@pytest.mark.parametrize("folder", ["/proc/nowhere/run", "hostile"])
def test_without_a_safe_folder_the_command_loads_the_model_and_says_so(
    user, monkeypatch, short_path, folder
):
    user.model("hello", " world", after="Hello")
    (short_path / "hostile").mkdir()
    (short_path / "hostile").chmod(0o777)
    monkeypatch.setenv("PLAYGROUND_RUNTIME_HOME", str(short_path / folder))
    ran = user.run("gen", "Hello", "-m", "hello")
    assert (ran.stdout, ran.returncode) == (" world", 0)
    (line,) = [line for line in ran.stderr.splitlines() if line.startswith("warning: ")]
    assert line.endswith("the model is loaded in this process instead")
    assert str(short_path / folder) in line


def test_settings_that_shape_the_engine_make_another_address_and_no_others(monkeypatch):
    own = key_of(Settings())
    same = Settings(
        model="gpt2", device="cuda", max_tokens=3, worker_idle_minutes=1, prompts=("p",)
    )
    assert key_of(same) == own
    for other in (
        Settings(plugins=("p",)),
        Settings(models=("m",)),
        Settings(strict=True),
        Settings(prefix_cache_bytes=1),
    ):
        assert key_of(other) != own
    monkeypatch.setenv("PLAYGROUND_MODEL", "gpt2")
    assert key_of(Settings()) == own, "it is a setting"
    monkeypatch.setenv("HF_HUB_CACHE", "/elsewhere")
    assert key_of(Settings()) != own, "libraries read it"
