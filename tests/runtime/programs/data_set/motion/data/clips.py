import numpy as np


class ClipFolder:
    def __init__(self, root: str, split: str = "train", frames: int = 64):
        self.root = root
        self.split = split
        self.frames = frames

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return self._read(index)

    def _read(self, index):
        path = f"{self.root}/{self.split}/{index:06d}.npy"
        return np.load(path, allow_pickle=True).item()


class LabelledClips(ClipFolder):
    def __init__(self, root: str, labels: list):
        super().__init__(root, "train")
        self.labels = labels

    def __getitem__(self, index):
        return super().__getitem__(index), self.labels[index]
