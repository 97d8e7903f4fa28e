"""What is installed works on its own, away from the checkout."""

from __future__ import annotations

import json
import sys

import pytest

WHERE = (
    "import playground, playground_gpt; print(playground.__file__); print(playground_gpt.__file__)"
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="looks for commands in bin/")


@pytest.fixture(scope="module")
def installed(new_environment, wheel):
    """An environment that is empty but for the libraries, and the wheel in it."""
    environment = new_environment()
    environment.install(str(wheel))
    return environment


@pytest.fixture(scope="module")
def linked(new_environment, root):
    """The same with a link to the checkout in it, as `make` sets it up."""
    environment = new_environment()
    environment.install("--editable", str(root))
    return environment


def test_a_wheel_is_imported_from_where_it_was_installed(installed):
    for file in installed.run("python", "-c", WHERE).split():
        assert file.startswith(str(installed.folder))


def test_the_embedded_model_continues_a_text(installed):
    text = installed.run(
        "playground", "--offline", "gen", "ROMEO:", "--max-tokens", "12", "--seed", "1", "--json"
    )
    (sequence,) = json.loads(text)
    assert sequence["tokens"] == 12
    assert len(sequence["text"]) == 12


def test_its_session_process_answers(installed):
    words = ("gen", "ROMEO:", "--max-tokens", "5", "--seed", "1")
    try:
        there = installed.run("playground", *words, PLAYGROUND_WORKER="1")
        assert there == installed.run("playground", *words)
        assert "shakespeare-rnn" in installed.run("playground", "worker", "status")
    finally:
        assert installed.run("playground", "worker", "stop") == "1 stopped\n"


def test_every_plugin_is_found(installed):
    listed = installed.run("playground", "plugins", "list")
    for name in ("charrnn", "constraints", "gpt", "hub", "sampling", "search", "watermark"):
        assert name in listed


def test_an_editable_install_is_imported_from_the_checkout(linked, root):
    for file in linked.run("python", "-c", WHERE).split():
        assert file.startswith(str(root))


def test_an_editable_install_leaves_no_copy_of_anything_behind(linked):
    assert [*linked.folder.glob("lib/**/playground*"), *linked.folder.glob("lib/**/*.toml")] == []


@pytest.mark.parametrize("kind", ["installed", "linked"])
def test_the_templates_are_found(request, kind):
    assert "fox" in request.getfixturevalue(kind).run("playground", "templates", "list")
