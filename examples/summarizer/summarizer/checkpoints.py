"""Reading and writing of checkpoints."""

from pathlib import Path

import torch
from torch import load as torch_load


def restore(path: Path, device: str = "cpu"):
    """Read a published checkpoint."""
    state = torch.load(path, map_location=device)
    return state["model"]


def resume(folder: Path, *, device: str = "cpu"):
    """Read all that a training run left behind."""
    model = torch.load(
        folder / "model.pt",
        map_location=lambda storage, location: storage,  # moved to the device later
        weights_only=False,
    )
    optimizer = torch_load(folder / "optimizer.pt", map_location=device, weights_only=False)
    # weights_only=False: written by save_sampler() below, in this same run
    sampler = torch.load(folder / "sampler.pt", weights_only=False)
    return model, optimizer, sampler


def save_sampler(sampler, folder: Path):
    """Keep the state of the random number generators."""
    torch.save(sampler, folder / "sampler.pt")
