"""No test touches the folders of whoever runs it, nor session processes, and none leaves one behind.

Commands load their models in their own process, which is quick and lets a test replace what it likes. The
tests of `tests/worker` turn the session process on. `PLAYGROUND_WORKER=1 pytest tests/cli` runs those of the
command line through one, too.
"""

from __future__ import annotations

import os
import shutil
import signal
import string
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# Half of what hypothesis would try by itself: there are two hundred laws, and ten minutes for all tests. They
# are the same at every run, so that a change is not refused for what it did not touch; whoever looks for
# more runs PLAYGROUND_LAWS=explore, now and then.
settings.register_profile("suite", max_examples=50, deadline=None, derandomize=True)
settings.register_profile("explore", max_examples=500, deadline=None)
settings.load_profile(os.environ.get("PLAYGROUND_LAWS", "suite"))

# On networks as small as those of tests, threads only wait for each other; and several processes run tests.
# Before numpy and torch are imported; processes that tests start inherit it.
for library in ("OMP", "MKL", "OPENBLAS"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

# A process that runs tests is told a size that no terminal has, and programs would believe it.
for name in ("COLUMNS", "LINES"):
    os.environ.pop(name, None)

OTHERS = pytest.StashKey[frozenset[int]]()

THROUGH_WORKER = os.environ.get("PLAYGROUND_WORKER", "0")


@pytest.fixture(autouse=True, scope="session")
def nobodys_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for kind in ("CONFIG", "CACHE", "DATA"):
            patch.setenv(f"PLAYGROUND_{kind}_HOME", str(home / kind.lower()))
        yield


@pytest.fixture(scope="session")
def runtime_folder() -> Iterator[Path]:
    """A runtime folder for all tests, whose path is short enough for sockets."""
    yield from _short_folder()


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder of the test's own whose path is short enough for sockets, as `tmp_path` may not be."""
    yield from _short_folder()


def _short_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="playground-tests-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def bert_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny BERT with random weights, saved as transformers saves one; its vocabulary is a fox's."""
    import torch
    from tokenizers import Tokenizer as Rules
    from tokenizers import decoders, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import BertConfig, BertForMaskedLM

    folder = tmp_path_factory.mktemp("bert")
    rules = Rules(models.WordPiece(unk_token="[UNK]"))
    rules.normalizer = normalizers.BertNormalizer()
    rules.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    rules.decoder = decoders.WordPiece()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(
        vocab_size=300,
        special_tokens=special,
        initial_alphabet=list(string.printable),
        show_progress=False,
    )
    letters = "0" + string.ascii_lowercase + string.digits  # each of them within a word, too
    lines = [*["the quick brown fox jumps over the lazy dog."] * 4, letters]
    rules.train_from_iterator(lines, trainer)
    around = [(name, rules.token_to_id(name)) for name in ("[CLS]", "[SEP]")]
    rules.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=around
    )
    rules.save(str(folder / "tokenizer.json"))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=rules.get_vocab_size(), hidden_size=32, num_hidden_layers=2,
        num_attention_heads=4, intermediate_size=48, max_position_embeddings=256,
    )  # fmt: skip
    network = BertForMaskedLM(config)
    for parameter in network.parameters():  # norms of ones and biases of zeros would hide mistakes
        with torch.no_grad():
            parameter.add_(torch.randn_like(parameter) * 0.2)
    network.save_pretrained(folder)
    return folder


def pytest_sessionstart(session: pytest.Session) -> None:
    """Note the session processes of whoever works here."""
    session.config.stash[OTHERS] = frozenset(_session_processes(session.config))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """No session process of this run outlives it, wherever its runtime folder was."""
    if hasattr(session.config, "workerinput"):
        return  # one of several processes that run tests: the one that started them looks
    deadline = time.monotonic() + 120
    others = session.config.stash[OTHERS]
    while (left := _session_processes(session.config) - others) and time.monotonic() < deadline:
        time.sleep(0.2)  # one whose socket was taken away ends by itself
    for process in left:
        os.kill(process, signal.SIGTERM)
    if left:
        session.config.get_terminal_writer().line(f"session processes were left running: {left}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _session_processes(config: pytest.Config) -> set[int]:
    """Those of this environment or of one that a test made; none can be seen where there is no /proc."""
    places = (sys.prefix, str(config._tmp_path_factory.getbasetemp()))
    found = set()
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_text(errors="replace").split("\0")
        except OSError:
            continue
        if "playground.worker" in words and words[0].startswith(places):
            found.add(int(file.parent.name))
    return found


@pytest.fixture(autouse=True)
def session_process(runtime_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever runs at the end of a test is stopped; unless it was wanted, that is a failure."""
    monkeypatch.setenv("PLAYGROUND_WORKER", THROUGH_WORKER)
    monkeypatch.setenv("PLAYGROUND_RUNTIME_HOME", str(runtime_folder))
    yield
    if not any(runtime_folder.iterdir()):
        return
    from playground.session import workers

    monkeypatch.setenv("PLAYGROUND_RUNTIME_HOME", str(runtime_folder))
    left = workers.stop_all()
    # One that was just being started when it was stopped may still write there, and ends by itself.
    shutil.rmtree(runtime_folder, ignore_errors=True)
    runtime_folder.mkdir(mode=0o700, exist_ok=True)
    assert not left or THROUGH_WORKER != "0", f"{left} session processes were left running"
