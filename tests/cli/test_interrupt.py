"""Ctrl-c at every moment: partial text stays on stdout, exit 130, no traceback. A closed pipe is quiet."""

import json
import signal
import subprocess
import sys
import time

import pytest


@pytest.fixture
def endless(playground):
    """A model that says "la" every hundredth of a second."""
    return playground.model("endless", "la" * 5000, after="x", pause=0.01)


def test_while_decoding_the_text_so_far_stays(playground, endless):
    process = playground.start("gen", "x", "-m", endless, "--max-tokens", "9000")
    began = process.stdout.read(6)
    out, err, code = playground.interrupt(process)
    assert code == 130
    assert began == b"lalala"
    assert (began + out).replace(b"la", b"") in (b"", b"l")
    assert b"Traceback" not in err
    assert b"cancelled" in err


def test_while_decoding_the_other_sequences_keep_their_text_too(playground, endless):
    process = playground.start("gen", "x", "-m", endless, "-n", "3", "--max-tokens", "9000")
    began = process.stdout.read(6)
    out, _err, code = playground.interrupt(process)
    assert code == 130
    texts = (began + out).decode().split("\n\n")
    assert len(texts) == 3
    assert len({len(text) // 2 for text in texts} - {len(texts[0]) // 2}) <= 1
    assert all(text.startswith("lala") for text in texts)


def test_the_events_end_with_finished_cancelled(playground, endless):
    process = playground.start("gen", "x", "-m", endless, "--jsonl", "--max-tokens", "9000")
    first = [process.stdout.readline() for _ in range(4)]
    out, _, code = playground.interrupt(process)
    events = [json.loads(line) for line in [*first, *out.splitlines()]]
    assert code == 130
    assert (events[-1]["type"], events[-1]["reason"]) == ("finished", "cancelled")
    texts = [event["text"] for event in events if event["type"] == "token"]
    assert "".join(texts) == events[-1]["text"]


def test_the_list_of_sequences_is_still_json(playground):
    model = playground.model("slow", "x", pause=60)
    # What a model prints is seen only where it runs.
    process = playground.start("--in-process", "gen", "Hi", "-m", model, "--json", "-n", "2")
    assert process.stderr.readline() == b"reading\n"
    out, _, code = playground.interrupt(process)
    assert code == 130
    assert [end["reason"] for end in json.loads(out)] == ["cancelled", "cancelled"]


HELD_IMPORT = """
import sys
import time


class Held:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            print("importing", file=sys.stderr, flush=True)
            time.sleep(60)


sys.meta_path.insert(0, Held())
"""


@pytest.mark.parametrize(
    "module",
    [
        "click.core",
        "playground.ui.cli.app",
        "msgspec",
        "pluggy",
        "numpy.linalg",
        "playground.engine.chain",
    ],
)
def test_while_it_imports_a_module_it_ends_without_a_word(playground, endless, module):
    # It stands still at that import: signals sent at a running process hit another moment at times.
    (playground.folder / "sitecustomize.py").write_text(HELD_IMPORT.format(module=module))
    words = ["--in-process", "gen", "x", "-m", endless, "--max-tokens", "9000"]
    process = playground.start(*words, env={"PYTHONPATH": str(playground.folder)})
    assert process.stderr.readline() == b"importing\n"
    out, err, code = playground.interrupt(process)
    assert (out, err.strip(), code) == (b"", b"", 130)


@pytest.mark.parametrize(
    ("moment", "slow"), [(b"loading\n", {"load_seconds": 60}), (b"reading\n", {"pause": 60})]
)
def test_before_the_first_token_nothing_is_printed(playground, moment, slow):
    model = playground.model("slow", "x", **slow)
    process = playground.start("--in-process", "gen", "Hi", "-m", model)
    assert process.stderr.readline() == moment
    out, err, code = playground.interrupt(process)
    assert (out, code) == (b"", 130)
    assert b"Traceback" not in err


def test_while_stdin_is_waited_for_it_ends(playground, endless):
    process = playground.start("gen", "-", "-m", endless, stdin=subprocess.PIPE)
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    assert process.wait(180) == 130
    assert b"Traceback" not in process.stderr.read()


def test_a_terminal_gets_a_final_newline(playground, endless):
    screen = playground.terminal("gen", "Song: ", "-m", endless, "--max-tokens", "9000")
    screen.wait_for(b"lalala")
    screen.type(b"\x03")
    received, code = screen.finish()
    assert code == 130
    text = received.partition(b"Song: ")[2]
    assert b"la\r\n" in text or b"l\r\n" in text or b"^C\r\n" in text
    assert b"Traceback" not in received


def test_a_pipe_that_is_closed_is_quiet(playground, endless):
    process = playground.start("gen", "x", "-m", endless, "--max-tokens", "9000")
    assert process.stdout.read(5) == b"lalal"
    process.stdout.close()
    assert process.wait(180) == 141
    assert b"error" not in process.stderr.read().lower()


def test_head_of_a_pipe_ends_both(playground, endless):
    command = f"{sys.executable} -m playground gen x -m {endless} --max-tokens 9000 | head -c 5"
    ran = subprocess.run(["bash", "-c", command], capture_output=True, timeout=180)
    assert (ran.stdout, ran.returncode) == (b"lalal", 0)
    assert b"error" not in ran.stderr.lower()


def test_a_full_disk_is_an_error_and_not_a_traceback(playground, endless):
    with open("/dev/full", "wb") as full:
        ran = playground.process(
            "gen",
            "",
            "-m",
            endless,
            "--max-tokens",
            "5",
            stdout=full,
            stderr=-1,
            capture_output=False,
        )
    assert ran.returncode == 1
    assert b"error: No space left on device" in ran.stderr
    assert b"Traceback" not in ran.stderr


def test_without_any_standard_stream_it_runs(playground, endless):
    command = f"{sys.executable} -m playground gen Hi -m {endless} --max-tokens 3 <&- >&- 2>&-"
    assert subprocess.run(["bash", "-c", command], timeout=180).returncode == 0
