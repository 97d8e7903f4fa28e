"""Many requests advance as one batch; no reader makes another one wait, nor the model work for nothing."""

from __future__ import annotations

import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from playground.api import Finished, GenerationRequest, InvalidInput, PlaygroundError, Token
from playground.api.results import LoadedModel
from playground.protocol.identity import identity_of
from playground.protocol.limits import EVENTS_AHEAD, MOST_BODY_BYTES
from playground.protocol.messages import IDENTITY_HEADER


@pytest.fixture
def user(sharing_user):
    """One session process answers all of these tests, as it would a busy user."""
    return sharing_user


def test_requests_of_several_front_ends_are_read_as_one_batch(user, request_of):
    user.model("many", [{"a": 0.5, "b": 0.5}] * 101, after="x", pause=0.02)
    remote = user.remote()
    requests = [request_of("many", chain="sample", seed=seed, max_tokens=100) for seed in range(8)]
    with ThreadPoolExecutor(8) as front_ends:
        ended = list(front_ends.map(lambda request: list(remote.generate(request)), requests))
    assert len({events[-1].text for events in ended}) == 8
    assert max(map(int, user.notes("many"))) == 8


def test_cancelling_ends_it_within_a_token(user, request_of):
    user.model("slow", "la" * 1000, after="x", pause=0.2)
    stream = user.remote().generate(request_of("slow"))
    said = [next(stream) for _ in range(3)]
    read = len(user.notes("slow"))
    stream.cancel()
    said += list(stream)
    assert said[-1].reason == "cancelled"
    assert said[-1].text == "".join(event.text for event in said[1:-1])
    assert len(user.notes("slow")) <= read + 2, "the read under way, and that of a prompt"


def test_a_reader_that_leaves_frees_the_model_within_a_token(user, request_of, wait_for):
    user.model("slow", "la" * 1000, after="x", pause=0.05)
    stream = user.remote().generate(request_of("slow"))
    next(stream)
    assert user.status().running == 1
    stream._answer.close()
    wait_for(lambda: user.status().running == 0)
    read = len(user.notes("slow"))
    time.sleep(0.3)
    assert len(user.notes("slow")) <= read + 1
    assert "Traceback" not in user.log, "readers may leave"


def raw(user, path: str, body: bytes, **headers: str) -> socket.socket:
    """A request as any program could send it; its answer is not read."""
    made = socket.socket(socket.AF_UNIX)
    made.connect(str(user.address.socket))
    from playground.config import load_settings

    headers = {IDENTITY_HEADER: identity_of(load_settings().plugin_folders)} | headers
    lines = [f"POST {path} HTTP/1.1", "host: x", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    made.sendall("\r\n".join([*lines, "", ""]).encode() + body)
    return made


def answer(made: socket.socket) -> tuple[int, bytes]:
    from http.client import HTTPResponse

    response = HTTPResponse(made)
    response.begin()
    return response.status, response.read()


def test_a_reader_that_does_not_read_pauses_its_own_generation_alone(user, request_of, wait_for):
    user.model("long", "la" * 1500, after="x")
    user.model("other", "lo" * 100, after="x", pause=0.005)
    remote = user.remote()
    remote.models()
    asked = msgspec.json.encode(request_of("long", alternatives=3))
    sleeper = raw(user, "/generate", asked)
    wait_for(lambda: user.notes("long"))

    def still() -> bool:
        before = len(user.notes("long"))
        time.sleep(0.3)
        return before == len(user.notes("long"))

    wait_for(still)
    assert len(user.notes("long")) < 3000, "it has paused, and not come to its end"
    assert user.status().running == 1
    assert list(remote.generate(request_of("other")))[-1].text == "lo" * 100
    status, body = answer(sleeper)
    events = [json.loads(line) for line in body.splitlines()]
    assert (status, events[-1]["reason"], events[-1]["tokens"]) == (200, "eos", 3001)
    sleeper.close()


def test_a_paused_generation_can_be_left(user, request_of, wait_for):
    user.model("long", "la" * 1500, after="x")
    user.remote().models()
    sleeper = raw(user, "/generate", msgspec.json.encode(request_of("long", alternatives=3)))
    wait_for(lambda: len(user.notes("long")) > EVENTS_AHEAD)
    sleeper.close()
    wait_for(lambda: user.status().running == 0)


def test_a_question_takes_turns_with_streams(user, request_of):
    user.model("slow", "la" * 50, after="x", pause=0.02)
    stream = user.remote().generate(request_of("slow"))
    next(stream)
    text = "x" + "la" * 49
    before = len(user.notes("slow"))
    assert user.session(model="slow").expectations(text * 20)
    assert list(stream)[-1].text == "la" * 50
    batches = list(map(int, user.notes("slow")[before:]))
    assert 2 in batches, "a read of the question and one of the stream made one batch"


def test_streams_go_on_while_a_model_is_loaded(user, request_of):
    user.model("fast", "la" * 2000, after="x", pause=0.01)
    user.model("heavy", "!", after="x", load_seconds=1.5)
    remote = user.remote()
    stream = remote.generate(request_of("fast"))
    next(stream)
    loaded = threading.Event()

    def load() -> None:
        list(remote.generate(request_of("heavy")))
        loaded.set()

    threading.Thread(target=load).start()
    while not user.notes("heavy", "loading"):
        next(stream)
    meanwhile = 0
    while not loaded.is_set():
        meanwhile += isinstance(next(stream), Token)
    assert meanwhile > 10
    stream.cancel()
    assert isinstance(list(stream)[-1], Finished)


def test_many_clients_stream_without_an_error(user, request_of):
    user.model("many", "la" * 10, after="x", pause=0.05)
    remote = user.remote()

    def client(number: int) -> str:
        return list(remote.generate(request_of("many", n=1 + number % 2)))[-1].text

    with ThreadPoolExecutor(30) as clients:
        assert set(clients.map(client, range(30))) == {"la" * 10}
    assert user.status().running == 0


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"n": 1000}, r"<= 256 - at `\$\.n`"),
        ({"max_tokens": 10**7}, r"<= 1000000 - at `\$\.max_tokens`"),
        ({"prompt": "x" * (4 * 2**20 + 1)}, r"length <= 4194304 - at `\$\.prompt`"),
        ({"alternatives": 101}, r"<= 100"),
    ],
)
def test_what_is_beyond_the_limits_of_the_schema_is_refused_by_name(user, request_of, values, told):
    user.model("hello", "!", after="x")
    with pytest.raises(InvalidInput, match=told):
        user.remote().generate(request_of("hello", **values))


def test_a_body_that_is_too_large_is_refused_before_it_is_read_whole(user):
    remote = user.remote()
    remote.models()
    with pytest.raises(InvalidInput, match="more than the 32 MiB"):
        remote.call("/score", {"text": "x" * (MOST_BODY_BYTES + 1), "model": "any"}, None)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/generate", b"no json", 400),
        ("/generate", b"{}", 400),
        ("/score", b'{"model": "nope", "text": "x"}', 404),
        ("/nowhere", b"{}", 404),
        ("/unload", b'{"model": "nope"}', 404),
    ],
)
def test_who_speaks_http_gets_its_statuses(user, path, body, status):
    user.remote().models()
    assert answer(raw(user, path, body))[0] == status


def test_who_runs_another_program_is_refused(user):
    user.remote().models()
    status, body = answer(raw(user, "/generate", b"{}", **{IDENTITY_HEADER: "another"}))
    assert (status, json.loads(body)["kind"]) == (409, "AnotherWorker")


def test_models_are_loaded_listed_and_unloaded_on_request(user, request_of):
    from playground.protocol.questions import ModelChoice

    user.model("hello", "!" * 50, after="x", parameters=1000, pause=0.02)
    remote = user.remote()

    def hello() -> list[LoadedModel]:
        return [loaded for loaded in remote.models() if loaded.name == "hello"]

    remote.load(ModelChoice(model="hello"))
    stream = remote.generate(request_of("hello"))
    next(stream)
    (found,) = hello()
    assert (found.device, found.bytes, found.requests) == ("cpu", 4000, 1)
    with pytest.raises(InvalidInput, match="in use by 1 requests"):
        remote.unload(ModelChoice(model="hello"))
    list(stream)
    remote.unload(ModelChoice(model="hello"))
    assert hello() == []
    with pytest.raises(PlaygroundError, match="no model 'hello' is loaded"):
        remote.unload(ModelChoice(model="hello"))


def test_stopping_it_cancels_what_runs_and_that_is_told(user, request_of):
    from playground.session import workers

    user.model("slow", "la" * 1000, after="x", pause=0.02)
    stream = user.remote().generate(request_of("slow"))
    said = [next(stream) for _ in range(5)]
    assert workers.stop_all() == 1
    said += list(stream)
    assert said[-1].reason == "cancelled"
    assert user.told == []


def test_a_request_is_plain_json(request_of):
    asked = request_of("hello", stop=("\n",))
    assert msgspec.json.decode(msgspec.json.encode(asked), type=GenerationRequest) == asked
