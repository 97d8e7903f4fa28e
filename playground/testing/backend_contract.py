"""The laws of a backend: what it says of a folder without loading it is what it then loads."""

from __future__ import annotations

from pathlib import Path

from playground.api import Backend, LanguageModel
from playground.testing.laws import require
from playground.testing.model_contract import ModelContract


class BackendContract(ModelContract):
    """Laws of a backend, of the model that it loads and of its tokenizer.

    Subclass it and return a backend from `backend` and the folder of a small model from `folder`.
    """

    def backend(self) -> Backend:
        raise NotImplementedError

    def folder(self) -> Path:
        raise NotImplementedError

    def model(self) -> LanguageModel:
        return self._backend.load(self._folder, device="cpu", dtype="auto")

    def test_recognises_its_own_folders_only(self) -> None:
        from playground.engine.model_folder import read_config

        backend = self._backend
        require(backend.recognises(read_config(self._folder)), f"it does not know {self._folder}")
        for foreign in ({}, {"model_type": "no such type"}, {"model_type": None}):
            require(not backend.recognises(foreign), f"it claims a folder that says {foreign}")

    def test_options_are_named_choices(self) -> None:
        for option, choices in self._backend.options.items():
            good = choices and all(isinstance(choice, str) for choice in choices)
            require(good, f"option {option} has the choices {choices!r}, not texts")

    def test_the_card_tells_the_truth(self) -> None:
        card, model = self._backend.card(self._folder), self._model
        pairs = {
            "vocabulary": (card.vocabulary, model.tokenizer.vocabulary_size),
            "context_length": (card.context_length, model.context_length),
            "backend": (card.backend, self._backend.name),
        }
        for what, (said, true) in pairs.items():
            require(said == true, f"the card's {what} is {said!r}, the loaded model's {true!r}")

    def test_the_tokenizer_alone_is_that_of_the_model(self) -> None:
        alone, loaded = self._backend.tokenizer(self._folder), self._model.tokenizer
        require(alone.fingerprint == loaded.fingerprint, "their fingerprints differ")
        for text in self._texts:
            require(alone.encode(text) == loaded.encode(text), f"they encode {text!r} differently")

    @property
    def _backend(self) -> Backend:
        backend: Backend = self.once("backend")
        return backend

    @property
    def _folder(self) -> Path:
        folder: Path = self.once("folder")
        return folder
