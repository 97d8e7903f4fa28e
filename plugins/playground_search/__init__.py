"""Strategies that look at several texts: the likeliest, those that differ, all, or the best drawn."""

from playground.api import Strategy, hookimpl


@hookimpl
def register_strategies() -> list[type[Strategy]]:
    from playground_search.arithmetic import Arithmetic
    from playground_search.beam import Beam
    from playground_search.beam_sample import BeamSample
    from playground_search.best_of import BestOf
    from playground_search.contrastive import Contrastive
    from playground_search.diverse_beam import DiverseBeam
    from playground_search.exact import Enumerate
    from playground_search.expand import Expand
    from playground_search.mbr import MBR
    from playground_search.self_consistency import SelfConsistency
    from playground_search.stochastic_beam import StochasticBeam

    return [
        Beam,
        BeamSample,
        DiverseBeam,
        StochasticBeam,
        Contrastive,
        Arithmetic,
        BestOf,
        MBR,
        SelfConsistency,
        Enumerate,
        Expand,
    ]
