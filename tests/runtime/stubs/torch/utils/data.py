"""A stand-in for the module of that name."""


class Dataset:
    pass


class IterableDataset(Dataset):
    pass


class DataLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False):
        self.dataset = dataset
        self.batch_size = batch_size

    def __iter__(self):
        for index in range(len(self.dataset)):
            yield self.dataset[index]
