"""A training run: steps, evaluations, samples and checkpoints, whatever is trained.

A run is a pure function of the recipe and the data: what a step reads, its dropout and its learning rate
follow from the seed and the step's number, so a run that was killed and resumed ends in the same weights.
The best weights by validation are the model in the folder at any time; where the run stands is beside it.
"""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import msgspec
import torch

from playground.api import InvalidInput, PlaygroundError
from playground.api.options import options_of
from playground.api.training import Prepared, Progress, Sampled, Saved, Trained, TrainingEvent
from playground_train import checkpoint, optimisation
from playground_train.checkpoint import Checkpoints, Counters
from playground_train.data.batches import Batch
from playground_train.data.reading import Corpus, read
from playground_train.device import pick_device, room_for
from playground_train.locking import only_trainer
from playground_train.optimisation import step_seed
from playground_train.processes import Processes, all_processes
from playground_train.recipe import Recipe
from playground_train.stopping import Wish, exception_for, wish_to_stop
from playground_train.subjects.subject import Carried

CONFIG = "config.json"


def train(
    recipe: Recipe, files: Sequence[Path], out: Path, *, resume: bool, device: str
) -> Iterator[TrainingEvent]:
    """Run a recipe; see `Trainer.train`."""
    place = pick_device(device)
    corpus = read(files, recipe)
    # Activations that fade to denormals would make some steps many times slower.
    torch.set_flush_denormal(True)
    try:
        with all_processes(place) as processes, _folder_of(out, processes), wish_to_stop() as wish:
            with room_for("this network"):
                run = Run(recipe, corpus, out, place, wish, processes)
            if resume:
                run.restore()
            elif processes.first:
                run.begin()
            for event in _completed(run):
                if processes.first:
                    yield event
    except OSError as error:
        raise PlaygroundError(
            f"{out} cannot be written: {error.strerror or error}",
            "make room and go on with --resume: the last checkpoint is intact",
        ) from error
    finally:
        torch.set_flush_denormal(False)


def _folder_of(out: Path, processes: Processes) -> AbstractContextManager[None]:
    return only_trainer(out / checkpoint.FOLDER) if processes.first else nullcontext()


def _completed(run: Run) -> Iterator[TrainingEvent]:
    """The run to its end; where it is broken off, it saves first."""
    try:
        yield run.prepared()
        yield from run.advance()
        if not run.stopping:
            yield run.finish()
    except GeneratorExit:
        if not run.wish.at_once:
            run.stop()
        raise
    except KeyboardInterrupt:
        if not run.wish.at_once:
            yield run.stop()
        raise
    if run.stopping:
        yield run.stop()
        raise exception_for(run.wish.signal or signal.SIGTERM)


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
    ) -> None:
        self.recipe, self.corpus, self.out, self.device, self.wish, self.processes = (
            recipe, corpus, out, device, wish, processes,
        )  # fmt: skip
        torch.manual_seed(recipe.seed)
        self.subject = recipe.prepare(corpus, device)
        self.network = self.subject.network
        if self.subject.carries and processes.size > 1:
            raise InvalidInput(
                "a network that carries its state from batch to batch is trained by one process",
                "run it without torchrun",
            )
        self.steps = self._steps()
        self.counters = Counters(
            trainer=recipe.name,
            recipe=msgspec.structs.asdict(recipe),
            data_sha256=corpus.sha256,
            processes=processes.size,
        )
        self.optimisers = optimisation.make_optimisers(self.network, recipe)
        self.checkpoints = Checkpoints(out)
        self.carried: Carried = ()
        self._all_stop = False

    def begin(self) -> None:
        """Make the folder; from here on the run can be resumed."""
        if (self.out / CONFIG).exists() or self.checkpoints.last():
            raise InvalidInput(
                f"{self.out} already holds a model or a run",
                "go on with it by --resume, or name another folder",
            )
        self.save()
        self._publish()

    def restore(self) -> None:
        """Stand where the run in the folder stood when it was last saved."""
        counters, tensors = self.checkpoints.load()
        defaults = {option.name: option.default for option in options_of(type(self.recipe))}
        checkpoint.refuse_other_run(self.out, counters, self.counters, defaults)
        self.checkpoints.clear_partial()
        self.counters = counters
        with torch.no_grad():
            for name, parameter in self.network.named_parameters():
                parameter.copy_(tensors[f"weights/{name}"])
        optimisation.restore(self.optimisers, _group(tensors, "optimiser"))
        carried = _group(tensors, "carried")
        self.carried = tuple(carried[str(i)].to(self.device) for i in range(len(carried)))

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
                    loss, read_now = self._step()
                losses.append(loss)
                tokens += read_now
            evaluating = self._due and not self.stopping
            if losses and (evaluating or counters.step % recipe.report_every == 0):
                elapsed = time.perf_counter() - since
                eta = (time.perf_counter() - began) / (counters.step - begin) * self._left
                validation = self._evaluate() if evaluating else None
                yield Progress(
                    step=counters.step,
                    steps=self.steps,
                    loss=sum(losses) / len(losses),
                    validation_loss=validation,
                    validation_bits_per_character=self._bits(validation),
                    learning_rate=self._rate(counters.step - 1),
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
        if not self.processes.first:
            return Saved(step=self.counters.step, path=str(self.out))
        tensors = {f"weights/{n}": p.detach() for n, p in self.network.named_parameters()}
        for name, tensor in optimisation.tensors_of(self.optimisers).items():
            tensors[f"optimiser/{name}"] = tensor
        for index, tensor in enumerate(self.carried):
            tensors[f"carried/{index}"] = tensor
        model = self.subject.files(self.recipe.stored_dtype, self._card())
        path = self.checkpoints.save(self.counters, tensors, model)
        return Saved(step=self.counters.step, path=str(path))

    def stop(self) -> Saved:
        """Save, early; where nothing was evaluated yet, these weights are the model in the folder."""
        if self.counters.best_loss is None:
            self._publish()
        return self.save()

    def finish(self) -> Trained:
        """Measure the best weights as they are stored, and say so in the card."""
        self.processes.wait()
        self.subject.reload(self.out)
        loss = self.processes.told(self._measured())
        self._publish(validation_loss=round(loss, 4), steps=self.counters.best_step)
        return Trained(
            path=str(self.out),
            validation_loss=loss,
            validation_bits_per_character=self._bits(loss) or 0.0,
            steps=self.counters.step,
            seconds=self.counters.seconds,
            data_sha256=self.corpus.sha256,
        )

    @property
    def stopping(self) -> bool:
        """Whether somebody wishes to stop; several processes hear of it in the same step."""
        return self._all_stop if self.processes.size > 1 else self.wish.signal is not None

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

    def _step(self) -> tuple[float, int]:
        """One update; returns its loss, nats a token, and the tokens read.

        The mean is over all tokens of the step, so that batches that are accumulated weigh what they
        would in one large batch.
        """
        started = time.perf_counter()
        recipe, counters = self.recipe, self.counters
        optimisation.set_learning_rate(self.optimisers, self._rate(counters.step))
        torch.manual_seed(step_seed(recipe.seed, counters.step, self.processes.rank))
        self.network.train()
        for optimiser in self.optimisers:
            optimiser.zero_grad()
        batches = self._batches()
        counted = sum(batch.counted for batch in batches)
        # Summed over this process's batches, and then over all processes.
        sums = torch.tensor([0.0, self.wish.signal is not None], device=self.device)
        for batch in batches[self.processes.rank :: self.processes.size]:
            with self._autocast():
                loss, self.carried = self.subject.loss(batch, self.carried)
            (loss / counted).backward()  # type: ignore[no-untyped-call]
            sums[0] += loss.detach()
        parameters = [p for p in self.network.parameters() if p.grad is not None]
        self.processes.add([*(p.grad for p in parameters if p.grad is not None), sums])
        norm = torch.nn.utils.clip_grad_norm_(parameters, recipe.clip)
        value = sums[0].item() / counted
        self._check_finite(value, norm.item())
        for optimiser in self.optimisers:
            optimiser.step()
        self._all_stop = bool(sums[1])
        counters.step += 1
        counters.seconds += time.perf_counter() - started
        return value, sum(batch.inputs.size for batch in batches)

    def _batches(self) -> list[Batch]:
        """What one step reads in all processes."""
        count = self.recipe.accumulate * self.processes.size
        first = self.counters.step * count
        return [self.subject.batches.batch(first + place) for place in range(count)]

    def _rate(self, step: int) -> float:
        return optimisation.learning_rate(self.recipe, step, self.steps)

    def _autocast(self) -> AbstractContextManager[object]:
        if self.recipe.autocast == "none":
            return nullcontext()
        return torch.autocast(self.device.type, torch.bfloat16)

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

    def _evaluate(self) -> float:
        """The loss on the held-out text; the best weights become the model in the folder."""
        counters = self.counters
        loss = self.processes.told(self._measured())
        if counters.best_loss is None or loss < counters.best_loss:
            counters.best_loss, counters.best_step, counters.worse = loss, counters.step, 0
            self._publish()
        else:
            counters.worse += 1
        counters.evaluated_step = counters.step
        return loss

    def _measured(self) -> float:
        """The loss on the held-out text, where this process is the one to measure it."""
        return self.subject.held_out_loss() if self.processes.first else 0.0

    def _bits(self, loss: float | None) -> float | None:
        """A loss in nats a token as bits a character of the held-out text."""
        if loss is None:
            return None
        return loss * self.subject.size.tokens_per_character / math.log(2)

    def _sample(self) -> Iterator[Sampled]:
        if self.recipe.sample_length and self.processes.first:
            seed = step_seed(self.recipe.seed, self.counters.step)
            text = self.subject.sample(self.recipe.sample_length, seed)
            yield Sampled(step=self.counters.step, text=text)

    def _publish(self, **results: float) -> None:
        """Make these weights the model in the folder; results only once they are of these weights."""
        if not self.processes.first:
            return
        files = self.subject.files(self.recipe.stored_dtype, self._card() | results)
        for name, content in files.items():
            checkpoint.replace_file(self.out / name, content)

    def _card(self) -> dict[str, object]:
        return {
            "trainer": self.recipe.name,
            "recipe": self.counters.recipe,
            "data": list(self.corpus.names),
            "data_sha256": self.corpus.sha256,
            "texts": len(self.corpus.texts),
            "characters": self.corpus.characters,
            "loss_unit": "nats per token, on held-out text",
        }


def _group(tensors: checkpoint.Tensors, prefix: str) -> checkpoint.Tensors:
    """The tensors under `prefix/`, without it."""
    return {
        name.removeprefix(f"{prefix}/"): tensor
        for name, tensor in tensors.items()
        if name.startswith(f"{prefix}/")
    }
