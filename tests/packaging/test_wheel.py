"""The wheel holds all that works after installing it, and nothing else."""

from __future__ import annotations

import configparser
import email
import tarfile

import pytest


@pytest.fixture
def plugin_packages(root) -> set[str]:
    return {file.parent.name for file in root.glob("plugins/*/__init__.py")}


def entry_points(wheel_files) -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    name = next(name for name in wheel_files if name.endswith("entry_points.txt"))
    parser.read_string(wheel_files[name].decode())
    return parser


def test_its_top_level_names_are_the_package_and_the_plugins(wheel_files, plugin_packages):
    top = {name.partition("/")[0] for name in wheel_files}
    information = {name for name in top if name.endswith(".dist-info")}
    assert len(information) == 1
    assert top - information == {"playground"} | plugin_packages


def test_every_plugin_of_the_checkout_is_an_entry_point(wheel_files, plugin_packages):
    assert set(entry_points(wheel_files)["playground"].values()) == plugin_packages


def test_every_source_file_is_in_it(root, wheel_files):
    sources = [
        *(f.relative_to(root) for f in root.glob("playground/**/*.py")),
        *(f.relative_to(root / "plugins") for f in root.glob("plugins/*/**/*.py")),
    ]
    assert {file.as_posix() for file in sources} == {n for n in wheel_files if n.endswith(".py")}


def test_the_prompts_are_in_it_as_they_are_in_the_checkout(root, wheel_files):
    prompts = {f.name: f.read_bytes() for f in root.glob("prompts/*") if f.is_file()}
    prefix = "playground/prompts/"
    assert prompts
    assert {
        n.removeprefix(prefix): data for n, data in wheel_files.items() if prefix in n
    } == prompts


def test_the_models_that_ship_are_in_it_whole(root, wheel_files):
    models = [f.parent for f in root.glob("plugins/*/**/model.safetensors")]
    assert models
    for model in models:
        for file in model.iterdir():
            name = file.relative_to(root / "plugins").as_posix()
            assert wheel_files[name] == file.read_bytes()


def test_the_native_decoder_is_all_that_is_compiled_in_it(wheel, wheel_files):
    compiled = [name for name in wheel_files if name.endswith((".pyc", ".so"))]
    assert all(name.startswith("playground_gpt/native/gpt_") for name in compiled)
    assert wheel.stem.endswith("-any") == (not compiled)


def test_no_test_and_no_source_in_c_is_in_it(wheel_files):
    assert not [n for n in wheel_files if n.endswith((".c", ".h")) or "/tests/" in n]


def test_it_says_what_it_is_and_under_which_licence(wheel_files):
    name = next(name for name in wheel_files if name.endswith("/METADATA"))
    metadata = email.message_from_bytes(wheel_files[name])
    assert (metadata["Name"], metadata["License-Expression"]) == ("textgen-playground", "MIT")
    assert metadata["Requires-Python"] == ">=3.11"
    assert any(name.endswith("/licenses/LICENSE") for name in wheel_files)


@pytest.fixture
def source(built, tmp_path):
    """The source distribution, unpacked."""
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        archive.extractall(tmp_path, filter="data")
    return next(tmp_path.iterdir())


def test_a_wheel_from_the_source_distribution_is_the_same(
    source, wheel_files, tmp_path, distributions
):
    distributions.build(source, tmp_path / "out", "wheel")
    assert distributions.contents(next((tmp_path / "out").glob("*.whl"))) == wheel_files


@pytest.mark.parametrize("compiler", ["no-such-compiler", "false"])
def test_without_a_compiler_the_wheel_is_pure_python(
    source, tmp_path, distributions, monkeypatch, compiler
):
    monkeypatch.setenv("CC", compiler)
    distributions.build(source, tmp_path / "out", "wheel")
    (wheel,) = (tmp_path / "out").glob("*.whl")
    assert wheel.stem.endswith("-py3-none-any")
    assert not [name for name in distributions.contents(wheel) if name.endswith(".so")]
