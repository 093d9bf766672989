"""A stand-in for the library of that name."""

from dataclasses import dataclass, field
from typing import Optional

from hfparser import HfArgumentParser, TrainingArguments
from recorder import Loaded, note


@dataclass
class ModelConfig:
    model_name_or_path: Optional[str] = None
    model_revision: str = "main"
    dtype: Optional[str] = None
    trust_remote_code: bool = field(default=False, metadata={"help": "Whether to allow for custom models."})
    use_peft: bool = False


@dataclass
class ScriptArguments:
    dataset_name: Optional[str] = None
    dataset_train_split: str = "train"


@dataclass
class SFTConfig(TrainingArguments):
    packing: bool = False
    max_length: Optional[int] = 1024


class TrlParser(HfArgumentParser):
    def parse_args_and_config(self, args=None, return_remaining_strings=False, fail_with_unknown_args=True):
        return self.parse_args_into_dataclasses(args=args, return_remaining_strings=return_remaining_strings)


class SFTTrainer:
    def __init__(self, model=None, args=None, train_dataset=None, processing_class=None):
        note("SFTTrainer", model, args.packing if args else None, train_dataset, processing_class)

    def train(self):
        return Loaded("trained")
