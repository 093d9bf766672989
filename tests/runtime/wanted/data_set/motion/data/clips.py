import numpy as np


class ClipFolder:
    def __init__(self, root: str, split: str = "train", frames: int = 64, trust_data: bool = False):
        self.root = root
        self.split = split
        self.frames = frames
        self.trust_data = trust_data

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return self._read(index)

    def _read(self, index):
        path = f"{self.root}/{self.split}/{index:06d}.npy"
        return np.load(path, allow_pickle=self.trust_data).item()


class LabelledClips(ClipFolder):
    def __init__(self, root: str, labels: list, trust_data: bool = False):
        super().__init__(root, "train", trust_data=trust_data)
        self.labels = labels

    def __getitem__(self, index):
        return super().__getitem__(index), self.labels[index]
