"""Why a token was said: asked of the model again, at the place where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from playground.api.results import TokenTrace
from playground.protocol.questions import TraceToken
from playground.session.nodes import Node

if TYPE_CHECKING:
    from playground.api.request import GenerationRequest
    from playground.session.workbench import Workbench


def trace_of(bench: Workbench, node: Node, at: int, token: int | None = None) -> TokenTrace:
    """What every stage of the chain left of a node's token `at`, or of another `token` in its place."""
    token = node.tokens[at].id if token is None else token
    before = tuple(token.id for token in node.tokens[:at])
    if spoken := bench.spoken.get(node.id):
        request = replace(spoken.request, seed=spoken.started.seed)
        before = (*spoken.before, *before)
    else:
        request = replace(_request(bench, node), prompt=bench.tree.text(node.parent))
    question = question_of(request, request.seed or 0, before, token, node.sequence)
    found: TokenTrace = bench.ask(lambda: bench.session.trace(question))
    return found


def question_of(
    request: GenerationRequest, seed: int, before: tuple[int, ...], token: int, sequence: int = 0
) -> TraceToken:
    """Why did `request`, decoded with `seed`, say `token` after the tokens `before`?"""
    return TraceToken(
        model=request.model,
        device=request.device,
        dtype=request.dtype,
        prompt=request.prompt,
        tokens=before,
        token=token,
        chain=request.chain,
        seed=seed,
        sequence=sequence,
        max_tokens=request.max_tokens,
        fit=request.fit,
    )


def _request(bench: Workbench, node: Node) -> GenerationRequest:
    """What a node of before was asked for with; of one that nobody asked for, what would be asked now."""
    if node.run is not None and bench.keeper.saved:
        return bench.keeper.readable.run(node.run).request
    from playground.session.going_on import request_of

    return request_of(bench)
