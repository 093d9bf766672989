from typing import Protocol


class Source(Protocol):
    def weights_at(self, path: str) -> object: ...
