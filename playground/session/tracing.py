"""Why a token was said: asked of the model again, at the place where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.api.results import TokenTrace
from playground.protocol.questions import TraceToken
from playground.session.nodes import Node

if TYPE_CHECKING:
    from playground.api.request import GenerationRequest
    from playground.session.workbench import Workbench


def trace_of(bench: Workbench, node: Node, at: int) -> TokenTrace:
    """What every stage of the chain that said the node left at its token `at`."""
    request = _request(bench, node)
    question = TraceToken(
        model=request.model,
        device=request.device,
        dtype=request.dtype,
        prompt=bench.tree.text(node.parent),
        tokens=tuple(token.id for token in node.tokens[:at]),
        token=node.tokens[at].id,
        chain=request.chain,
        seed=request.seed or 0,
        sequence=node.sequence,
        max_tokens=request.max_tokens,
        fit=request.fit,
    )
    found: TokenTrace = bench.ask(lambda: bench.session.trace(question))
    return found


def _request(bench: Workbench, node: Node) -> GenerationRequest:
    """What the node was asked for with; of one that nobody asked for, what would be asked now."""
    if spoken := bench.spoken.get(node.id):
        from msgspec.structs import replace

        return replace(spoken.request, seed=spoken.started.seed)
    if node.run is not None and bench.keeper.saved:
        return bench.keeper.history.run(node.run).request
    from playground.session.going_on import request_of

    return request_of(bench)
