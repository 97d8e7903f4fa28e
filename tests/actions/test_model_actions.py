"""Which model, on what, and what is loaded."""

from __future__ import annotations


def test_a_model_is_chosen_by_its_name(hands, model):
    model("other", " there was", after="Once")
    assert hands.type("/model") == "-- model: tale"
    assert hands.type("/model other") == "-- model: other"
    hands.type("Once")
    assert hands.bench.text == "Once there was"
    assert hands.error("/model othr").hint == "did you mean other?"
    assert hands.bench.choices.model == "other"
    assert hands.bench.score("Once th").tokens == 6


def test_device_and_dtype_are_told_and_set(hands):
    assert hands.type("/device") == "-- device: auto"
    assert hands.type("/device cpu") == "-- device: cpu"
    assert hands.type("/dtype float32") == "-- dtype: float32"
    hands.type("Once")
    assert (hands.bench.last.request.device, hands.bench.last.request.dtype) == ("cpu", "float32")


def test_models_are_listed_with_what_is_loaded(hands):
    assert {row["name"]: row["state"] for row in hands.table("/models")}["tale"] == "ready"
    hands.type("Once")
    rows = {row["name"]: row for row in hands.table("/models")}
    assert rows["tale"]["state"] == "loaded"
    assert rows["tale"][""] == ">"
    assert rows["tale"]["known prefixes"].split()[1] in ("bytes", "kB")
    assert rows["shakespeare-rnn"]["state"] == "ready"


def test_a_model_is_unloaded(hands):
    hands.type("Once")
    assert hands.type("/unload") == "-- tale is unloaded"
    assert {row["name"]: row["state"] for row in hands.table("/models")}["tale"] == "ready"
    assert hands.error("/unload tale").text == "no model 'tale' is loaded"
    assert "Once upon a time." in hands.type("/retry")


def test_a_card_tells_what_a_model_is_without_loading_it(hands):
    rows = {row["what"]: row["value"] for row in hands.table("/card")}
    assert (rows["name"], rows["architecture"], rows["context"]) == ("tale", "script", "unlimited")
    assert {row["name"]: row["state"] for row in hands.table("/models")}["tale"] == "ready"
    assert hands.error("/card nobody").text == "there is no model 'nobody'"
