"""Many clients of one session process: how evenly each of them gets its tokens while all stream at once."""

from __future__ import annotations

import itertools
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor

from playground.api.events import Finished, Token
from playground.api.request import GenerationRequest
from playground.bench.home import Home
from playground.bench.plan import Benchmark, Probe, Target
from playground.config import load_settings
from playground.session.client import Session

CLIENTS = 50
SECONDS = 10
TOKENS_PER_SECOND = 20
NOMINAL = 1 / TOKENS_PER_SECOND
SLACK_SECONDS = 0.05
PERCENTILE = 0.99

PLUGIN = f'''
"""A scripted model that takes its time for every read, however many sequences are in it."""
import time

from playground.api import hookimpl
from playground.testing.scripted import ScriptedBackend, ScriptedModel, read_script


class Paced(ScriptedModel):
    def read(self, batch):
        time.sleep({NOMINAL})
        return super().read(batch)


class PacedBackend(ScriptedBackend):
    def load(self, folder, *, device, dtype, **options):
        return Paced(read_script(folder)["script"])


@hookimpl
def register_backends():
    return [PacedBackend()]
'''


class Clients:
    """Front ends, each on a thread, and the session process that they share."""

    def __init__(self) -> None:
        self._home = Home()
        os.environ.update(self._home.environment)
        plugins = self._home.path / "config" / "plugins"
        model = self._home.path / "data" / "models" / "paced"
        for folder in (plugins, model):
            folder.mkdir(parents=True)
        (plugins / "paced.py").write_text(PLUGIN)
        script = "la" * (SECONDS * TOKENS_PER_SECOND)
        (model / "config.json").write_text(json.dumps({"model_type": "scripted", "script": script}))
        self._session = Session(load_settings({"worker": True}))

    def gap(self, clients: int, seconds: float) -> float:
        """The gap between two tokens of a client, in seconds, that 99 in 100 are shorter than."""
        count = round(seconds * TOKENS_PER_SECOND)
        request = GenerationRequest(prompt="", model="paced", chain="greedy", max_tokens=count)
        try:
            with ThreadPoolExecutor(clients) as front_ends:
                times = list(front_ends.map(self._times, [request] * clients))
        finally:
            self._home.stop_session_process()
        gaps = sorted(
            later - sooner for each in times for sooner, later in itertools.pairwise(each)
        )
        return gaps[int(PERCENTILE * len(gaps))]

    def _times(self, request: GenerationRequest) -> list[float]:
        """When each token of one client came."""
        times = []
        for event in self._session.generate(request):
            if isinstance(event, Token):
                times.append(time.perf_counter())
            elif isinstance(event, Finished) and event.error:
                raise RuntimeError(event.error)
        if len(times) != request.max_tokens:
            raise RuntimeError(f"{len(times)} tokens came, not {request.max_tokens}")
        return times


BENCHMARKS = (
    Benchmark(
        name="clients-gap",
        title=f"{CLIENTS} clients at {TOKENS_PER_SECOND} tokens/s: 99th percentile of the gap",
        unit="ms",
        ours=Probe(
            label="gap",
            engine="playground.bench.clients:Clients",
            measure="gap",
            arguments={"clients": CLIENTS, "seconds": SECONDS},
        ),
        target=Target("seconds", NOMINAL + SLACK_SECONDS),
        rounds=3,
    ),
)
