"""Truncated backpropagation through time with carried state, as a run that reports and can be resumed.

A run is a pure function of the recipe and the data: what a step reads, its dropout and its learning rate
follow from the seed and the step's number, so a run that was killed and resumed ends in the same weights.
The best weights by validation are the model in the folder at any time; where the run stands is beside it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
import torch
from torch.nn import functional

from playground.api import InvalidInput, PlaygroundError
from playground.api.training import Progress, Sampled, Saved, Trained, TrainingEvent
from playground_charrnn import run_state
from playground_charrnn.checkpoint import load_weights, rounded, save_weights
from playground_charrnn.config import CONFIG_FILE, save_config
from playground_charrnn.data import Corpus, Streams, split
from playground_charrnn.evaluation import sample, validation_loss
from playground_charrnn.interrupts import finishing_first
from playground_charrnn.network import Network
from playground_charrnn.optimisation import learning_rate, make_optimiser, step_seed
from playground_charrnn.recipe import CharRnnTrainer
from playground_charrnn.run_state import Counters, RunState
from playground_charrnn.torch_network import TorchNetwork, held_out_loss, joined, parts, pick_device
from playground_charrnn.vocabulary import Vocabulary


def train(
    recipe: CharRnnTrainer, files: Sequence[Path], out: Path, *, resume: bool, device: str
) -> Iterator[TrainingEvent]:
    """Run a recipe; see `Trainer.train`."""
    # Activations that fade to denormals would make some steps many times slower.
    torch.set_flush_denormal(True)
    try:
        run = Run(recipe, Corpus.read(files), out, pick_device(device))
        if resume:
            run.restore()
        else:
            run.begin()
        yield from _completed(run)
    except OSError as error:
        raise PlaygroundError(
            f"{out} cannot be written: {error.strerror or error}",
            "make room and go on with --resume: the last checkpoint is intact",
        ) from error
    finally:
        torch.set_flush_denormal(False)


def _completed(run: Run) -> Iterator[TrainingEvent]:
    """The run to its end; where it is broken off, it saves first."""
    try:
        yield from run.advance()
        yield run.finish()
    except KeyboardInterrupt:
        yield run.stop()
        raise
    except GeneratorExit:
        run.stop()
        raise


class Run:
    """One training run and where it stands."""

    def __init__(
        self, recipe: CharRnnTrainer, corpus: Corpus, out: Path, device: torch.device
    ) -> None:
        self.recipe, self.corpus, self.out, self.device = recipe, corpus, out, device
        self.config = recipe.config(corpus.text)
        encoded = Vocabulary(self.config.vocabulary).encode(
            corpus.text, drop_unknown=recipe.unknown == "drop"
        )
        self.dropped = len(encoded.dropped)
        ids = np.array(encoded.ids, dtype=np.int32)
        training, self.held_out = split(ids, recipe.validation_share)
        self.streams = Streams(training, recipe.batch_size, recipe.sequence_length, recipe.seed)
        self.counters = Counters(recipe=msgspec.structs.asdict(recipe), data_sha256=corpus.sha256)
        torch.manual_seed(recipe.seed)
        self.network = TorchNetwork(self.config, recipe.dropout).to(device)
        self.optimiser = make_optimiser(self.network, recipe)
        self.carried: tuple[torch.Tensor, ...] = ()

    def begin(self) -> None:
        """Make the folder; from here on the run can be resumed."""
        if (self.out / CONFIG_FILE).exists() or run_state.path_in(self.out).exists():
            raise InvalidInput(
                f"{self.out} already holds a model or a run",
                "go on with it by --resume, or name another folder",
            )
        self.out.mkdir(parents=True, exist_ok=True)
        self.save()
        save_weights(self.out, self.network.weights(), self.recipe.stored_dtype)
        self._publish_card()

    def restore(self) -> None:
        """Stand where the run in the folder stood when it was last saved."""
        state = run_state.load_state(self.out, self.counters.recipe, self.corpus.sha256)
        self.counters = state.counters
        tensors = {name: torch.from_numpy(a).to(self.device) for name, a in state.arrays.items()}
        with torch.no_grad():
            for name, parameter in self.network.named_parameters():
                parameter.copy_(tensors[f"weights/{name}"])
                if f"first/{name}" in tensors:
                    self.optimiser.state[parameter] = {
                        "step": torch.tensor(float(self.counters.step)),
                        "exp_avg": tensors[f"first/{name}"],
                        "exp_avg_sq": tensors[f"second/{name}"],
                    }
        self.carried = tuple(tensors[f"carried/{i}"] for i in range(len(state.group("carried"))))
        self._publish_card()

    def advance(self) -> Iterator[TrainingEvent]:
        """Take the steps that are left."""
        recipe, counters = self.recipe, self.counters
        losses: list[float] = []
        since = began = time.perf_counter()
        begin = counters.step
        while self._left:
            with finishing_first():
                losses.append(self._step())
            evaluating = counters.step % recipe.evaluate_every == 0 or counters.step == recipe.steps
            if evaluating or counters.step % recipe.report_every == 0:
                pace = (time.perf_counter() - since) / len(losses)  # seconds a step
                eta = (time.perf_counter() - began) / (counters.step - begin) * self._left
                validation = self._evaluate() if evaluating else None
                yield Progress(
                    step=counters.step,
                    steps=recipe.steps,
                    loss=sum(losses) / len(losses),
                    validation_loss=validation,
                    tokens_per_second=recipe.batch_size * recipe.sequence_length / pace,
                    eta_seconds=eta,
                )
                if evaluating:
                    yield from self._sample()
                    yield self.save()
                losses, since = [], time.perf_counter()

    def save(self) -> Saved:
        """Save where the run stands."""
        arrays = {f"weights/{name}": array for name, array in self.network.weights().items()}
        for name, parameter in self.network.named_parameters():
            if moments := self.optimiser.state.get(parameter):
                arrays[f"first/{name}"] = moments["exp_avg"].cpu().numpy()
                arrays[f"second/{name}"] = moments["exp_avg_sq"].cpu().numpy()
        for index, tensor in enumerate(self.carried):
            arrays[f"carried/{index}"] = tensor.cpu().numpy()
        run_state.save_state(self.out, RunState(self.counters, arrays))
        return Saved(step=self.counters.step, path=str(run_state.path_in(self.out)))

    def stop(self) -> Saved:
        """Save, early; where nothing was evaluated yet, these weights are the model in the folder."""
        if self.counters.best_loss is None:
            save_weights(self.out, self.network.weights(), self.recipe.stored_dtype)
        return self.save()

    def finish(self) -> Trained:
        """Measure the weights as they are stored, and say so in the card."""
        stored = Network(self.config, load_weights(self.out, self.config))
        loss = validation_loss(stored, self.held_out)
        self._publish_card(validation_loss=round(loss, 4), steps=self.counters.best_step)
        return Trained(
            path=str(self.out),
            validation_loss=loss,
            steps=self.counters.step,
            seconds=self.counters.seconds,
            data_sha256=self.corpus.sha256,
        )

    @property
    def _left(self) -> int:
        """Steps to take."""
        return self.recipe.steps - self.counters.step

    def _step(self) -> float:
        """One update; returns its loss."""
        started = time.perf_counter()
        batch = self.streams.batch(self.counters.step)
        if batch.fresh:
            self.carried = ()
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.recipe, self.counters.step)
        torch.manual_seed(step_seed(self.recipe.seed, self.counters.step))
        self.network.train()
        inputs, targets = (
            torch.from_numpy(ids).to(self.device) for ids in (batch.inputs, batch.targets)
        )
        logits, carried = self.network(inputs, joined(self.carried) if self.carried else None)
        loss = functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.clip)
        value = loss.item()
        if not math.isfinite(value):
            raise PlaygroundError(
                f"the loss is {value} at step {self.counters.step + 1}",
                "begin again with a lower learning_rate; the last checkpoint is intact",
            )
        self.optimiser.step()
        self.carried = parts(carried)
        self.counters.step += 1
        self.counters.seconds += time.perf_counter() - started
        return value

    def _evaluate(self) -> float:
        """The loss on the held-out text; the best weights become the model in the folder."""
        loss = held_out_loss(self.network, self.held_out, self.device)
        if self.counters.best_loss is None or loss < self.counters.best_loss:
            self.counters.best_loss, self.counters.best_step = loss, self.counters.step
            save_weights(self.out, self.network.weights(), self.recipe.stored_dtype)
        return loss

    def _sample(self) -> Iterator[Sampled]:
        if self.recipe.sample_length:
            network = Network(
                self.config, rounded(self.network.weights(), self.recipe.stored_dtype)
            )
            seed = step_seed(self.recipe.seed, self.counters.step)
            text = sample(network, self.recipe.sample_length, seed=seed)
            yield Sampled(step=self.counters.step, text=text)

    def _publish_card(self, **results: float) -> None:
        """Write the configuration; results only once they are of the weights beside it."""
        card = {
            "trainer": self.recipe.name,
            "recipe": self.counters.recipe,
            "data": list(self.corpus.names),
            "data_sha256": self.corpus.sha256,
            "characters": len(self.corpus.text),
            "characters_dropped": self.dropped,
            "loss_unit": "nats per character, on the held-out end of the text",
        }
        save_config(self.out, msgspec.structs.replace(self.config, training=card | results))
