"""Where templates are found, and which of two of a name is taken."""

from __future__ import annotations

import pytest

from playground.api import InvalidInput, Template, UnknownName
from playground.registry import Registry
from playground.session.prompts import PromptLibrary


def registry(*templates: Template) -> Registry[Template]:
    templates_of_plugins: Registry[Template] = Registry("template")
    for template in templates:
        templates_of_plugins.add(template.name, template, "poetry")
    return templates_of_plugins


@pytest.fixture
def library(write, tmp_path):
    write("query = 'mine'", "user/haiku.toml")
    write("query = 'theirs'", "shipped/haiku.toml")
    write("Ode to {{input}}", "shipped/ode.txt")
    write("notes", "shipped/README.md")
    folders = [tmp_path / "user", tmp_path / "absent", tmp_path / "shipped"]
    plugin = registry(Template(name="sonnet", query="s"), Template(name="ode", query="o"))
    return PromptLibrary(folders, plugin)


def test_the_nearest_folder_wins_and_says_what_it_hides(library, tmp_path):
    entries = library.entries()

    assert list(entries) == ["haiku", "ode", "sonnet"]
    assert library.get("haiku").query == "mine"
    assert entries["haiku"].origin == str(tmp_path / "user" / "haiku.toml")
    assert entries["haiku"].hides == (str(tmp_path / "shipped" / "haiku.toml"),)
    assert entries["ode"].hides == ("plugin poetry",)
    assert library.get("sonnet").query == "s"


def test_an_unknown_name_gets_a_near_one(library):
    with pytest.raises(UnknownName, match="no template 'haikku'") as error:
        library.get("haikku")
    assert error.value.hint == "did you mean haiku?"


def test_a_path_is_read_whatever_the_folders_hold(library, write):
    file = write("query = 'direct'", "elsewhere/haiku.toml")
    assert library.get(str(file)).query == "direct"


@pytest.mark.parametrize(
    ("path", "message"), [("./none.toml", "no template file"), ("./x.yaml", "is not a template")]
)
def test_a_path_that_is_no_template_is_refused(library, path, message):
    with pytest.raises(InvalidInput, match=message):
        library.get(path)


def test_two_files_of_one_name_in_a_folder_are_both_named_and_hide_no_other(library, write):
    write("x", "user/haiku.txt")
    with pytest.raises(
        InvalidInput, match=r"two templates 'haiku': .*haiku\.toml and .*haiku\.txt"
    ):
        library.get("haiku")
    assert library.get("sonnet").query == "s"


def test_a_broken_file_hides_no_other(library, write):
    write("query =", "user/broken.toml")

    assert library.get("haiku").query == "mine"
    with pytest.raises(InvalidInput, match=r"broken\.toml:1"):
        library.get("broken")
