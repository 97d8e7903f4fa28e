"""Inspectors: the funnel of a token, a text under several tokenizers, how well a text is predicted."""

from playground.api import Inspector, hookimpl


@hookimpl
def register_inspectors() -> list[Inspector]:
    return [
        Inspector(
            name="funnel",
            summary="Why the token under the cursor was said: what each stage of the chain left.",
            path="playground_inspect.funnel:Funnel",
            follows="token",
        ),
        Inspector(
            name="tokens",
            summary="How tokenizers cut the text, one beside the other where models are named.",
            path="playground_inspect.tokens:Tokens",
        ),
        Inspector(
            name="score",
            summary="How well the model predicts the text: loss, perplexity, surprisal of each token.",
            path="playground_inspect.score:Scores",
        ),
    ]
