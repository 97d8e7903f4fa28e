"""Muon against torch's own, which computes in bfloat16."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from playground_train.muon import Muon, orthogonalised

SHAPES = [(16, 16), (48, 16), (16, 64)]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_direction_has_the_gradients_singular_vectors_and_no_scale(
    shape: tuple[int, int],
) -> None:
    torch.manual_seed(0)
    matrix = torch.randn(shape) * 1e-3
    u, _, v = torch.linalg.svd(matrix, full_matrices=False)
    inner = u.T @ orthogonalised(matrix) @ v.T
    assert (inner - inner.diagonal().diag()).abs().max() < 1e-3
    assert inner.diagonal().min() > 0.3
    assert inner.diagonal().max() < 1.3


@pytest.mark.parametrize("shape", SHAPES)
def test_weights_move_as_by_torchs_muon_but_for_its_precision(shape: tuple[int, int]) -> None:
    torch.manual_seed(0)
    begun = torch.randn(shape)
    ours, theirs = nn.Parameter(begun.clone()), nn.Parameter(begun.clone())
    mine = Muon([ours], weight_decay=0.1)
    peer = torch.optim.Muon([theirs], lr=0.02, weight_decay=0.1, adjust_lr_fn="match_rms_adamw")
    for _ in range(4):
        ours.grad = torch.randn(shape)
        theirs.grad = ours.grad.clone()
        mine.step(0.02)
        peer.step()
    moved = (ours - begun).norm()
    assert (ours - theirs).norm() < 0.02 * moved
