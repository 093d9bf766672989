from dataclasses import dataclass


@dataclass
class Config:
    name: str
    device: str = "cpu"
    trust_remote_code: bool = False
