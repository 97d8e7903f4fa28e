"""Every requirement is pinned, the indirect ones too, so that fresh environments are the same."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution, requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

PIN = re.compile(r"([a-z0-9-]+)==([0-9][0-9a-z.]*)")


@pytest.fixture(scope="module")
def project(root) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text())


@pytest.fixture(scope="module")
def pins(root) -> dict[str, str]:
    lines = (root / "constraints.txt").read_text().splitlines()
    matches = [PIN.fullmatch(line) for line in lines if line and not line.startswith("#")]
    assert all(matches), "a line is not of the form name==version"
    return dict(match.groups() for match in matches)


def direct(project: dict) -> list[Requirement]:
    extras = project["project"]["optional-dependencies"].values()
    listed = [*project["project"]["dependencies"], *(r for extra in extras for r in extra)]
    found = [Requirement(text) for text in [*listed, *project["build-system"]["requires"]]]
    return [r for r in found if r.name != project["project"]["name"]]


def closure(requirements: list[Requirement]) -> dict[str, str | None]:
    """Names to installed versions of these and of all that they need here; None: not installed."""
    found: dict[str, str | None] = {}
    open_ = list(requirements)
    while open_:
        requirement = open_.pop()
        name = canonicalize_name(requirement.name)
        if name in found:
            continue
        try:
            found[name] = distribution(name).version
        except PackageNotFoundError:
            found[name] = None
            continue
        for text in requires(name) or []:
            needed = Requirement(text)
            extras = ["", *requirement.extras]
            if not needed.marker or any(needed.marker.evaluate({"extra": e}) for e in extras):
                open_.append(needed)
    return found


def test_every_requirement_is_pinned_and_those_of_requirements_too(project, pins):
    assert closure(direct(project)).keys() - pins.keys() == set()


def test_the_pins_are_within_the_ranges_of_the_project(project, pins):
    for requirement in direct(project):
        assert pins[canonicalize_name(requirement.name)] in requirement.specifier


def test_torch_is_the_release_that_was_measured(pins):
    assert pins["torch"] == "2.13.0"


def test_pins_are_sorted_and_named_once(root):
    lines = [
        x for x in (root / "constraints.txt").read_text().splitlines() if not x.startswith("#")
    ]
    names = [line.partition("==")[0] for line in lines]
    assert names == sorted(set(names))


def test_this_environment_is_what_the_pins_say(project, pins):
    installed = {n: v for n, v in closure(direct(project)).items() if v and n in pins}
    differing = {n: v for n, v in installed.items() if Version(v).public != pins[n]}
    if differing:
        pytest.skip(f"set up otherwise than by make: {differing}")
    assert installed
