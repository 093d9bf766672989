import numpy as np
from torch.utils.data import Dataset


class Frames(Dataset):
    def __init__(self, paths, scale=1.0):
        super().__init__()
        self.paths = paths
        self.scale = scale

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        return np.load(self.paths[index], None, True), self.scale
