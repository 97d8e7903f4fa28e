"""A training run: steps, evaluations, samples and checkpoints, whatever is trained.

A run is a pure function of the recipe and the data: what a step reads, its dropout and its learning rate
follow from the seed and the step's number, so a run that was killed and resumed ends in the same weights.
The best weights by validation are the model in the folder at any time; where the run stands is beside it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import torch

from playground.api import InvalidInput, PlaygroundError
from playground.api.options import options_of
from playground.api.training import Prepared, Progress, Sampled, Saved, Trained, TrainingEvent
from playground_charrnn.files import replace_file
from playground_train import checkpoint, sharding, standing
from playground_train.averaging import Average
from playground_train.checkpoint import Checkpoints, Counters
from playground_train.data.reading import Corpus
from playground_train.device import room_for
from playground_train.model_card import CARD, SEEDS, measured, model_card
from playground_train.optimisation import step_seed
from playground_train.processes import Processes
from playground_train.recipe import Recipe
from playground_train.stopping import Wish
from playground_train.subjects.subject import Measured
from playground_train.updates import Update, Updates

CONFIG = "config.json"
CARD_SAMPLE = 200
"""Tokens of a sample on the card where the recipe wishes none while it trains."""


class Run:
    """One training run and where it stands."""

    def __init__(
        self,
        recipe: Recipe,
        corpus: Corpus,
        out: Path,
        device: torch.device,
        wish: Wish,
        processes: Processes,
        *,
        shard: bool,
    ) -> None:
        """`shard`: the network is divided among the processes."""
        self.recipe, self.corpus, self.out, self.device, self.wish, self.processes = (
            recipe, corpus, out, device, wish, processes,
        )  # fmt: skip
        torch.manual_seed(recipe.seed)
        self.subject = recipe.prepare(corpus, device)
        self.network = self.subject.network
        if self.subject.carries and (processes.size > 1 or shard):
            raise InvalidInput(
                "a network that carries its state from batch to batch is trained by one process",
                "run it without torchrun and --shard",
            )
        if shard:
            sharding.check(recipe, processes)
            sharding.shard(self.network, processes.size, device, self.subject.asked)
        else:
            self.network.to(device)
        self.shard = shard
        self.steps = self._steps()
        self.counters = Counters(
            trainer=recipe.name,
            recipe=msgspec.structs.asdict(recipe),
            data_sha256=corpus.sha256,
            processes=processes.size,
        )
        self.updates = Updates(recipe, self.subject, self.steps, device, processes)
        self.average = Average(self.network, recipe.average)
        self.checkpoints = Checkpoints(out)
        self._all_stop = False

    def begin(self) -> None:
        """Make the folder; from here on the run can be resumed."""
        if (self.out / CONFIG).exists() or self.checkpoints.last():
            raise InvalidInput(
                f"{self.out} already holds a model or a run",
                "go on with it by --resume, or name another folder",
            )
        self.processes.wait()  # none is to find what the first one is about to write
        self.save()
        self._publish()

    def restore(self) -> None:
        """Stand where the run in the folder stood when it was last saved."""
        counters, tensors = self.checkpoints.load()
        defaults = {option.name: option.default for option in options_of(type(self.recipe))}
        checkpoint.refuse_other_run(self.out, counters, self.counters, defaults)
        self.checkpoints.clear_partial()
        self.counters = counters
        standing.restore(tensors, self.network, self.average, self.updates)

    def prepared(self) -> Prepared:
        """What is about to be trained on what."""
        size, corpus = self.subject.size, self.corpus
        return Prepared(
            step=self.counters.step,
            steps=self.steps,
            parameters=sum(p.numel() for p in self.network.parameters()),
            texts=len(corpus.texts),
            characters=corpus.characters,
            training_tokens=size.training_tokens,
            validation_tokens=size.held_out_tokens,
            device=str(self.device),
            notes=(*corpus.notes, *self.subject.notes),
            guesses=self.subject.guesses,
        )

    def advance(self) -> Iterator[TrainingEvent]:
        """Take the steps that are left, or until somebody wishes to stop."""
        recipe, counters = self.recipe, self.counters
        losses: list[float] = []
        since = began = time.perf_counter()
        begin = counters.step
        tokens = 0
        while not self._over and not self.stopping:
            if not self._due:
                with room_for(f"step {counters.step + 1}"):
                    made = self._step()
                losses.append(made.loss)
                tokens += made.tokens
            evaluating = self._due and not self.stopping
            if losses and (evaluating or counters.step % recipe.report_every == 0):
                elapsed = time.perf_counter() - since
                eta = (time.perf_counter() - began) / (counters.step - begin) * self._left
                found = self._evaluate() if evaluating else None
                yield Progress(
                    step=counters.step,
                    steps=self.steps,
                    loss=sum(losses) / len(losses),
                    validation_loss=found.loss if found else None,
                    validation_bits_per_character=self._bits(found),
                    validation_accuracy=found.accuracy if found else None,
                    learning_rate=self.updates.rate(counters.step - 1),
                    tokens_per_second=tokens / elapsed,
                    eta_seconds=eta,
                )
                losses, tokens = [], 0
                if evaluating:
                    yield from self._sample()
                    yield self.save()
                since = time.perf_counter()
            elif evaluating:  # a run that was stopped before it could evaluate
                self._evaluate()
                yield self.save()

    def save(self) -> Saved:
        """Save where the run stands; the first process does it for all."""
        path, first = self.out, self.processes.first
        if self._helps:
            tensors = standing.tensors_of(self.network, self.average, self.updates)
            tensors = sharding.gathered(tensors, keep=first)
            with self.average.in_place():
                model = self.subject.files(self.recipe.stored_dtype, self._card())
            if first:
                path = self.checkpoints.save(self.counters, tensors, model)
        return Saved(step=self.counters.step, path=str(path))

    def stop(self) -> Saved:
        """Save, early; where nothing was evaluated yet, these weights are the model in the folder."""
        if self.counters.best_loss is None:
            with self.average.in_place():
                self._publish()
        return self.save()

    def finish(self) -> Trained:
        """Measure the best weights as they are stored, and say so in the card."""
        self.processes.wait()
        self.subject.reload(self.out)
        found = self._measured()
        self._publish(**_results(found), steps=self.counters.best_step)
        self._describe(found)
        self.processes.wait()  # none leaves while another one is at work
        return Trained(
            path=str(self.out),
            validation_loss=found.loss,
            validation_bits_per_character=self._bits(found),
            validation_accuracy=found.accuracy,
            steps=self.counters.step,
            seconds=self.counters.seconds,
            data_sha256=self.corpus.sha256,
        )

    @property
    def stopping(self) -> bool:
        """Whether somebody wishes to stop; several processes hear of it in the same step."""
        return self._all_stop if self.processes.size > 1 else self.wish.signal is not None

    @property
    def _helps(self) -> bool:
        """Whether this process computes what the first one evaluates, saves and tells."""
        return self.processes.first or self.shard

    @property
    def _left(self) -> int:
        """Steps to take."""
        return self.steps - self.counters.step

    @property
    def _due(self) -> bool:
        """Whether the run stands where it evaluates, and has not."""
        step = self.counters.step
        here = step % self.recipe.evaluate_every == 0 or step == self.steps
        return here and step > 0 and self.counters.evaluated_step != step

    @property
    def _over(self) -> bool:
        patience = self.recipe.patience
        patient = not patience or self.counters.worse < patience
        return (self._left <= 0 or not patient) and not self._due

    def _steps(self) -> int:
        if not self.recipe.epochs:
            return self.recipe.steps
        batches = self.recipe.epochs * self.subject.batches.per_pass
        return max(1, round(batches / (self.recipe.accumulate * self.processes.size)))

    def _step(self) -> Update:
        """One update of the weights."""
        started = time.perf_counter()
        counters = self.counters
        wished = self.wish.signal is not None
        made = self.updates.take(counters.step, wished=wished, check=self._check_finite)
        self.average.update(counters.step)
        self._all_stop = made.stop
        counters.step += 1
        counters.seconds += time.perf_counter() - started
        return made

    def _check_finite(self, loss: float, norm: float) -> None:
        """Before the update, so that the weights that would be saved are still good."""
        if math.isfinite(loss) and math.isfinite(norm):
            return
        what = f"the loss is {loss}" if not math.isfinite(loss) else f"the gradient is {norm}"
        last = self.checkpoints.last()
        kept = f"; the checkpoint {last} is intact" if last else ""
        raise PlaygroundError(
            f"{what} at step {self.counters.step + 1}{kept}",
            "begin again in another folder with a lower learning_rate, or a longer warm-up",
        )

    def _evaluate(self) -> Measured:
        """Measure on the held-out text; the best weights become the model in the folder."""
        counters = self.counters
        with self.average.in_place():
            found = self._measured()
            if counters.best_loss is None or found.loss < counters.best_loss:
                counters.best_loss, counters.best_step, counters.worse = (
                    found.loss,
                    counters.step,
                    0,
                )
                self._publish()
            else:
                counters.worse += 1
        counters.evaluated_step = counters.step
        return found

    def _measured(self) -> Measured:
        """The network on the held-out text: the first process measures, and tells all its loss."""
        found = self.subject.measured() if self._helps else Measured(0.0)
        return replace(found, loss=self.processes.told(found.loss))

    def _bits(self, found: Measured | None) -> float | None:
        """Bits a character, where the loss is one of tokens."""
        if found is None or self.subject.guesses != "token":
            return None
        return self.subject.size.bits_per_character(found.loss)

    def _sample(self) -> Iterator[Sampled]:
        if self.recipe.sample_length and self._helps:
            seed = step_seed(self.recipe.seed, self.counters.step)
            with self.average.in_place():
                text = self.subject.sample(self.recipe.sample_length, seed)
            yield Sampled(step=self.counters.step, text=text)

    def _publish(self, **results: float) -> None:
        """Make these weights the model in the folder; results only once they are of these weights."""
        if not self._helps:
            return
        files = self.subject.files(self.recipe.stored_dtype, self._card() | results)
        if self.processes.first:
            for name, content in files.items():
                replace_file(self.out / name, content)

    def _describe(self, found: Measured) -> None:
        """Write the card of the model in the folder, of which `found` was measured."""
        if not self._helps:
            return
        length = self.recipe.sample_length or CARD_SAMPLE
        samples = [self.subject.sample(length, seed) for seed in SEEDS]
        if self.processes.first:
            results = measured(self.subject, self.counters, self.steps, found, self.device)
            name, guesses = self.out.resolve().name, self.subject.guesses
            card = model_card(name, guesses, self._card(), results, samples)
            replace_file(self.out / CARD, card)

    def _card(self) -> dict[str, object]:
        return {
            "trainer": self.recipe.name,
            "recipe": self.counters.recipe,
            "data": list(self.corpus.names),
            "data_sha256": self.corpus.sha256,
            "texts": len(self.corpus.texts),
            "characters": self.corpus.characters,
            "loss_unit": f"nats per {self.subject.guesses}, on held-out text",
        }


def _results(found: Measured) -> dict[str, float]:
    """What `config.json` tells of a model that was measured."""
    accuracy = {} if found.accuracy is None else {"validation_accuracy": round(found.accuracy, 4)}
    return {"validation_loss": round(found.loss, 4), **accuracy}
