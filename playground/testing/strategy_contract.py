"""The laws of a strategy: what it commits, when it stops, and what the seed decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from playground.api import Candidates, Commit, Draft, Finding, LanguageModel, ReadAll, Strategy
from playground.api.options import models_of
from playground.testing.decode import Decoded, decode, start
from playground.testing.laws import Contract, require
from playground.testing.recurrent import ToyRecurrent
from playground.testing.scripted import ScriptedModel
from playground.testing.tokenizers import CharTokenizer

LIMIT = 12
SEEDS = range(6)


class StrategyContract(Contract):
    """Laws of a strategy. Subclass it and return one from `strategy`.

    It decodes with a recurrent model that cannot rewind and with one whose context ends where the
    request's limit does, as far as they offer what it needs; override `models` to say on which models the
    strategy works. One that is joint is asked for `count` texts.
    """

    prompt = "ab"
    """Of one token at least; of two for a strategy that says the last one anew."""
    count = 3

    def strategy(self) -> Strategy:
        raise NotImplementedError

    def models(self) -> Sequence[LanguageModel]:
        """Two models; only the first offers hidden states, so that one may be left."""
        letters = CharTokenizer("abcdef")
        likes = {"a": 0.4, "b": 0.3, "c": 0.2, "d": 0.1}
        full = len(self.prompt) + LIMIT
        scripted = ScriptedModel(lambda tokens: likes, context_length=full, tokenizer=letters)
        needs = self.strategy().needs
        return [model for model in (ToyRecurrent(), scripted) if needs in model.offers]

    def beside(self, model: LanguageModel) -> Mapping[str, LanguageModel]:
        """The models that options of the strategy name, beside `model`: that one itself, for each."""
        return dict.fromkeys(models_of(self.strategy()), model)

    def ending_model(self) -> LanguageModel:
        """A model that knows by heart how the text goes on, and that it ends after two tokens.

        Override it where the strategy needs more of a model than logits.
        """
        return ScriptedModel("bc", after=self.prompt, tokenizer=CharTokenizer("abcdef"))

    def test_commits_tokens_of_the_vocabulary(self) -> None:
        for model in self.models():
            size = model.tokenizer.vocabulary_size
            decoded = self._decode(model)
            require(decoded.commits, "it committed nothing")
            for commit in decoded.commits:
                require(0 <= commit.token < size, f"{commit.token} is no token of {size}")
                shape = np.shape(commit.logits)
                require(
                    shape == (size,), f"a commit's logits have the shape {shape}, not {(size,)}"
                )
            for draft in decoded.drafts:
                require(all(0 <= t < size for t in draft.tokens), f"a draft holds {draft.tokens}")
            for finding in decoded.findings:
                for place, branch in enumerate(finding.branches):
                    require(0 <= branch.token < size, f"a tree holds {branch.token}")
                    require(-1 <= branch.parent < place, f"branch {place} is before its parent")

    def test_chooses_among_its_candidates(self) -> None:
        for model in self.models():
            for commit in self._decode(model).commits:
                chosen = commit.chosen
                require(isinstance(chosen, Candidates), f"chosen is a {type(chosen).__name__}")
                require(len(chosen.find([commit.token])), f"{commit.token} was not a candidate")
                require(np.isfinite(chosen.scores).all(), "chosen has scores that are not finite")

    def test_goes_on_to_the_limit_or_the_end_of_the_text(self) -> None:
        for model in self.models():
            decoded = self._decode(model)
            require(decoded.tokens, "it said nothing")
            if self.strategy().joint:
                continue  # a search may end its texts where it likes, such as at a depth
            tokens = decoded.tokens
            ended = tokens[-1] in model.tokenizer.eos_ids
            require(
                len(tokens) == LIMIT or ended, f"it stopped by itself after {len(tokens)} tokens"
            )

    def test_speaks_only_of_the_sequences_that_it_speaks_for(self) -> None:
        for model in self.models():
            self._decode(model)

    def test_the_first_text_is_the_same_however_many_are_asked_for(self) -> None:
        if not self.strategy().joint:
            return
        for model in self.models():
            several, one = (self._decode(model, count=count).tokens for count in (self.count, 1))
            require(several == one, f"of {self.count} texts the first is {several}, alone {one}")

    def test_ends_where_the_model_ends_the_text(self) -> None:
        model = self.ending_model()
        if self.strategy().needs not in model.offers:
            return
        tokens = self._decode(model).tokens
        require(model.tokenizer.bos_id in tokens, f"the model ended the text; it said {tokens}")

    def test_the_same_seed_gives_the_same_text(self) -> None:
        for seed in SEEDS:
            texts = [[self._said(m, seed) for m in self.models()] for _ in range(2)]
            require(texts[0] == texts[1], f"seed {seed} gave {texts[0]}, then {texts[1]}")

    def test_the_seed_has_no_influence_where_it_says_so(self) -> None:
        if not self.strategy().deterministic:
            return
        for model in self.models():
            texts = [self._said(model, seed) for seed in SEEDS]
            differ = sum(text != texts[0] for text in texts)
            require(not differ, f"deterministic, and yet {differ} of 6 seeds say something else")

    def test_can_be_closed_at_every_moment(self) -> None:
        for model in self.models():
            for moment in range(8):
                self._close_after(moment, model)

    def test_yields_only_effects(self) -> None:
        for model in self.models():
            for effect in self._close_after(8, model):
                known = isinstance(effect, Commit | Draft | Finding | ReadAll)
                require(known, f"it yielded a {type(effect).__name__} (is `yield from` missing?)")

    def test_reads_with_no_other_models_than_its_options_name(self) -> None:
        for model in self.models():
            beside = self.beside(model)
            for effect in self._close_after(8, model, beside):
                if isinstance(effect, ReadAll) and effect.model is not None:
                    given = any(effect.model is each for each in beside.values())
                    require(given, f"it reads with a {type(effect.model).__name__} of its own")

    def test_what_it_says_anew_begins_as_the_prompt_ends(self) -> None:
        if not self.strategy().heals:
            return
        for model in self.models():
            tokens = model.tokenizer.encode(self.prompt)
            require(len(tokens) > 1, "the prompt of this contract must have two tokens")
            before, last = tokens[-2:]
            known = model.tokenizer.piece(last, before)
            said = model.tokenizer.piece(self._decode(model).tokens[0], before)
            require(
                said.startswith(known), f"it says {said!r} where the prompt ends with {known!r}"
            )

    def _decode(self, model: LanguageModel, seed: int = 0, *, count: int | None = None) -> Decoded:
        return decode(
            self.strategy(),
            model,
            self.prompt,
            limit=LIMIT,
            seed=seed,
            count=self.count if count is None else count,
            models=self.beside(model),
        )

    def _said(self, model: LanguageModel, seed: int) -> list[tuple[int, int]]:
        """Whose every token was, and which."""
        commits = self._decode(model, seed).commits
        return [(commit.sequence, commit.token) for commit in commits]

    def _close_after(
        self, moment: int, model: LanguageModel, beside: Mapping[str, LanguageModel] | None = None
    ) -> list[object]:
        """Close the generator after so many effects, as the engine does when a user cancels."""
        beside = self.beside(model) if beside is None else beside
        generator = start(
            self.strategy(), model, self.prompt, limit=LIMIT, count=self.count, models=beside
        )
        effects: list[object] = []
        answer = None
        for _ in range(moment):
            try:
                effect = generator.send(answer)
            except StopIteration:
                break
            effects.append(effect)
            reader = effect.model or model if isinstance(effect, ReadAll) else model
            answer = reader.read(list(effect.reads)) if isinstance(effect, ReadAll) else None
        try:
            generator.close()
        except RuntimeError as error:
            raise AssertionError(f"closed after {moment} effects: {error}") from None
        return effects
