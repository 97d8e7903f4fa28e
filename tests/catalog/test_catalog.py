"""What a person calls a model leads to its folder and backend, or to an error that helps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from playground.api import InvalidInput, ModelSource, ModelUnavailable, PluginFailed
from playground.engine.catalog import Catalog
from playground.registry import Registry


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def catalog(backends, make_model, mine, cache, tmp_path) -> Catalog:
    sources: Registry[ModelSource] = Registry("model")
    bundled = make_model(tmp_path / "wheel" / "bard", "rnn")
    sources.add("bard", ModelSource(name="bard", summary="Shakespeare", folder=bundled), "rnn")
    for name, options in (("gpt2", {}), ("gpt1", {"dialect": "hf"})):
        source = ModelSource(name=name, summary=name, repository=f"lab/{name}", options=options)
        sources.add(name, source, "gpt")
    return Catalog(backends, sources, [mine], cache)


def test_a_registered_name_is_its_folder(catalog, tmp_path):
    located = catalog.resolve("bard")
    assert (located.folder, located.backend.name) == (tmp_path / "wheel" / "bard", "rnn")


def test_a_registered_repository_is_its_download(catalog, make_download):
    folder = make_download("lab/gpt2")
    assert catalog.resolve("gpt2").folder == folder
    assert catalog.resolve("lab/gpt2").folder == folder


def test_any_repository_of_the_cache_is_a_model(catalog, make_download):
    folder = make_download("somebody/else.v2")
    assert catalog.resolve("somebody/else.v2").folder == folder


def test_a_folder_is_a_model_by_its_path(catalog, make_model, tmp_path, monkeypatch):
    folder = make_model(tmp_path / "here" / "mine")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for path in (str(folder), "here/mine", "./here/mine/", "~/here/mine"):
        assert catalog.resolve(path).folder.resolve() == folder


def test_children_of_the_user_s_folders_are_models_by_their_names(catalog, make_model, mine):
    folder = make_model(mine / "poet")
    (mine / "not a model").mkdir()
    assert catalog.resolve("poet").folder == folder
    assert [entry.name for entry in catalog.entries() if entry.kind == "folder"] == ["poet"]


def test_the_user_s_folder_goes_before_a_registered_name(catalog, make_model, mine):
    folder = make_model(mine / "gpt2")
    assert catalog.resolve("gpt2").folder == folder


def test_options_follow_in_parentheses_and_go_before_the_registered_ones(catalog, make_download):
    make_download("lab/gpt1")
    assert catalog.resolve("gpt1").options == {"dialect": "hf"}
    assert catalog.resolve("gpt1( dialect = openai )").options == {"dialect": "openai"}
    assert catalog.resolve("lab/gpt1()").options == {}


def test_a_folder_may_have_parentheses_in_its_name(catalog, make_model, tmp_path):
    folder = make_model(tmp_path / "model (copy=1)")
    assert catalog.resolve(str(folder)).folder == folder


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("bard(dialect=hf)", "backend rnn has no option 'dialect'"),
        ("gpt1(dialect=latin)", "dialect cannot be 'latin'"),
        ("gpt1(dialect)", "'dialect' in 'gpt1"),
        ("gpt1(dialect=hf, dialect=hf)", "gives dialect twice"),
        ("gpt1(dialect=hf", "no model's name"),
        ("", "empty"),
        ("  ", "empty"),
    ],
)
def test_options_that_cannot_be_meant(catalog, make_download, reference, message):
    make_download("lab/gpt1")
    with pytest.raises(InvalidInput) as caught:
        catalog.resolve(reference)
    assert message in caught.value.message


@pytest.mark.parametrize("name", ["brad", "gtp2", "gpt2-xl"])
def test_an_unknown_name_suggests_a_near_one(catalog, name):
    with pytest.raises(ModelUnavailable, match="there is no model") as caught:
        catalog.resolve(name)
    assert "did you mean" in caught.value.hint


@pytest.mark.parametrize("name", ["zzzz", "x" * 5000, "a\0b", "日本", "/no/such", "a/b/c", "../.."])
def test_nonsense_is_an_error_and_no_crash(catalog, name):
    with pytest.raises(ModelUnavailable):
        catalog.resolve(name)


def test_a_file_is_no_folder(catalog, tmp_path):
    file = tmp_path / "weights.gguf"
    file.touch()
    with pytest.raises(ModelUnavailable, match="is a file"):
        catalog.resolve(str(file))


@pytest.mark.parametrize("name", ["gpt2", "lab/gpt2", "some/thing"])
def test_what_is_not_downloaded_says_how_to(catalog, name):
    with pytest.raises(ModelUnavailable, match="not downloaded") as caught:
        catalog.resolve(name)
    assert f"playground models pull {name}" in caught.value.hint


def test_an_interrupted_download_says_what_it_lacks(catalog, make_download):
    folder = make_download("lab/gpt2", files=())
    with pytest.raises(ModelUnavailable, match=r"lacks model\.safetensors") as caught:
        catalog.resolve("gpt2")
    assert caught.value.hint == "playground models pull gpt2"
    shards = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": shards}))
    (folder / shards["a"]).touch()
    with pytest.raises(ModelUnavailable, match=r"lacks model-00002-of-00002\.safetensors"):
        catalog.resolve("gpt2")
    (folder / shards["b"]).touch()
    assert catalog.resolve("gpt2").folder == folder


def test_a_pickle_is_never_opened(catalog, make_model, make_download, tmp_path):
    make_download("lab/gpt2", files=("pytorch_model.bin",))
    folder = make_model(tmp_path / "old", files=("pytorch_model-00001-of-00002.bin",))
    for name in ("gpt2", str(folder)):
        with pytest.raises(ModelUnavailable, match="only as a pickle") as caught:
            catalog.resolve(name)
        assert "save_pretrained" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "no config.json"),
        ("{", "cannot be read"),
        ("[]", "no JSON object"),
        ("[" * 100_000, "cannot be read"),
        (b"\xff\xfe\xfd", "cannot be read"),
        (
            '{"model_type": "bert", "architectures": ["BertForPreTraining"]}',
            "'bert' (BertForPreTraining)",
        ),
        ("{}", "model_type None"),
    ],
)
def test_folders_that_hold_no_model_say_why(catalog, tmp_path, text, message):
    if text is not None:
        data = text if isinstance(text, bytes) else text.encode()
        (tmp_path / "config.json").write_bytes(data)
    with pytest.raises(ModelUnavailable) as caught:
        catalog.resolve(str(tmp_path))
    assert message in caught.value.message


def test_a_backend_that_raises_is_named(backends, make_model, cache, tmp_path):
    def broken(config):
        raise KeyError("hidden_size")

    backends[0].recognises = broken
    with pytest.raises(PluginFailed, match="backend gpt failed"):
        Catalog(backends, {}, (), cache).resolve(str(make_model(tmp_path / "x", "rnn")))


def test_the_first_backend_that_recognises_a_folder_loads_it(make_model, cache, tmp_path, backends):
    twin = type(backends[0])("gpt")
    located = Catalog([twin, *backends], {}, (), cache).resolve(str(make_model(tmp_path / "x")))
    assert located.backend is twin


def test_the_list_is_complete_and_says_what_is_wrong(catalog, make_download, make_model, mine):
    make_download("lab/gpt2")
    make_download("other/bert", kind="bert")
    make_model(mine / "broken", files=("model.pt",))
    listed = {entry.name: (entry.kind, catalog.problem(entry)) for entry in catalog.entries()}
    assert list(listed) == ["bard", "broken", "gpt2", "gpt1", "other/bert"]
    assert listed["bard"] == ("bundled", "")
    assert listed["gpt2"] == ("hub", "")
    assert listed["gpt1"] == ("hub", "not downloaded")
    assert "pickle" in listed["broken"][1]
    assert "no backend" in listed["other/bert"][1]


def test_several_versions_without_a_main_one_are_not_guessed_at(catalog, make_download):
    make_download("lab/gpt2", main=False)
    assert catalog.resolve("gpt2")
    make_download("lab/gpt2", commit="f" * 40, main=False)
    with pytest.raises(ModelUnavailable, match="in 2 versions"):
        catalog.resolve("gpt2")
    entry = next(entry for entry in catalog.entries() if entry.name == "gpt2")
    assert "2 versions" in catalog.problem(entry)


@pytest.mark.parametrize("name", ["bard", "poet"])
def test_what_is_only_here_cannot_be_downloaded(catalog, make_model, mine, name):
    make_model(mine / "poet")
    with pytest.raises(InvalidInput, match="on this machine"):
        catalog.repository(name)


def test_names_and_repositories_can_be_downloaded(catalog):
    assert catalog.repository("gpt1(dialect=openai)") == "lab/gpt1"
    assert catalog.repository("some/thing") == "some/thing"
    with pytest.raises(ModelUnavailable, match="there is no model 'gpt3'"):
        catalog.repository("gpt3")
