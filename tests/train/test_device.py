"""Where a training computes, alone and among the processes of a machine."""

from __future__ import annotations

import pytest
import torch

from playground_train.device import pick_device


def test_each_process_of_a_machine_has_a_cuda_device_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    assert pick_device("auto") == torch.device("cuda")
    monkeypatch.setenv("LOCAL_RANK", "3")
    assert pick_device("auto") == torch.device("cuda:3")


def test_a_processor_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_RANK", "3")
    assert pick_device("cpu") == torch.device("cpu")
