from abc import ABC, abstractmethod


class Engine(ABC):
    @abstractmethod
    def open(self, name: str) -> object:
        """Open a model."""

    def open_twice(self, name: str):
        return self.open(name), self.open(name + "-large")
