import torch


def load(repo, model="resnet"):
    return torch.hub.load(repo, model, trust_repo=True)
