"""A training that is stopped from outside: in processes of their own, with real signals."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = str(Path(sys.executable).with_name("playground"))
TINY = shlex.split(
    "--layers 1 --heads 2 --width 16 --batch-size 4 --sequence-length 8 --evaluate-every 20 "
    "--report-every 5 --sample-length 0 --jsonl"
)


def command(text: Path, out: Path, *words: str) -> list[str]:
    return [COMMAND, "train", "gpt", str(text), "--out", str(out), *TINY, *words]


def started(*arguments: object) -> subprocess.Popen[str]:
    """A run that has begun to report."""
    process = subprocess.Popen(
        command(*arguments, "--steps", "1000000"),  # type: ignore[arg-type]
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    while json.loads(process.stdout.readline())["type"] != "progress":
        pass
    return process


def rest(process: subprocess.Popen[str]) -> tuple[list[dict[str, object]], str, int]:
    """What it still says, in events and to people, and its exit code."""
    assert process.stdout
    assert process.stderr
    lines, told = process.stdout.read(), process.stderr.read()
    return [json.loads(line) for line in lines.splitlines()], told, process.wait(180)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_lets_the_step_end_saves_and_tells_how_to_go_on(
    number: int, code: int, text: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = started(text, out)
    process.send_signal(number)
    events, told, ended = rest(process)
    assert ended == code
    assert "Traceback" not in told
    assert events[-1]["type"] == "saved"
    step = int(str(events[-1]["step"]))
    words = shlex.split(told.partition("go on with: ")[2])
    assert words[0] == "playground"
    assert {*words[1:], "--jsonl"} == {*command(text, out, "--steps", "1000000", "--resume")[1:]}
    again = subprocess.Popen(
        [COMMAND, *words[1:], "--jsonl"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert again.stdout
    prepared = json.loads(again.stdout.readline())
    again.send_signal(signal.SIGINT)
    rest(again)
    assert (prepared["type"], prepared["step"]) == ("prepared", step)


SLOW = """
import os, sys, time
import playground_train.run as run

def slow(self):
    print("saving", flush=True)
    time.sleep(60)

saves = run.Run.save
count = 0
def save(self):
    global count
    count += 1
    return saves(self) if count == 1 else slow(self)

run.Run.save = save
sys.argv = ["playground", *sys.argv[1:]]
from playground.ui.cli.main import main
main()
"""


def test_a_second_ctrl_c_leaves_at_once_and_the_last_checkpoint_is_whole(
    text: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    words = command(text, out, "--steps", "1000000")[1:]
    words[words.index("--evaluate-every") + 1] = "100000"
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    while '"progress"' not in process.stdout.readline():
        pass
    process.send_signal(signal.SIGINT)
    while process.stdout.readline() != "saving\n":
        pass
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=180)[1]
    assert process.returncode == 130
    assert "go on with: playground train gpt" in told
    assert [path.name for path in out.glob("trainer/0*")] == ["000001-step-0"]


def test_two_trainers_do_not_share_a_folder(text: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = started(text, out)
    second = subprocess.run(
        command(text, out, "--steps", "1000000", "--resume"), capture_output=True, text=True
    )
    first.send_signal(signal.SIGINT)
    assert rest(first)[2] == 130
    assert second.returncode == 2
    assert re.search(r"another training is running in .*out\n", second.stderr)
