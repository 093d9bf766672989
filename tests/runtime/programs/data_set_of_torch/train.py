from data import Frames
from torch.utils.data import DataLoader


def batches(paths):
    loader = DataLoader(Frames(paths, scale=0.5), batch_size=2)
    return list(loader)
