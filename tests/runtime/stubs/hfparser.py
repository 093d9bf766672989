"""What the stand-in for transformers has not: HfArgumentParser and TrainingArguments."""

import argparse
import dataclasses
import enum
import json
import typing


@dataclasses.dataclass
class TrainingArguments:
    output_dir: str = "out"
    seed: int = 42
    learning_rate: float = 5e-5
    num_train_epochs: float = 3.0
    do_train: bool = False
    do_eval: bool = False
    bf16: bool = False
    push_to_hub: bool = False


def string_to_bool(value):
    if isinstance(value, bool):
        return value
    if value.lower() in ("yes", "true", "t", "y", "1"):
        return True
    if value.lower() in ("no", "false", "f", "n", "0"):
        return False
    raise argparse.ArgumentTypeError(f"Truthy value expected: got {value}")


class HfArgumentParser(argparse.ArgumentParser):
    def __init__(self, dataclass_types=None, **kwargs):
        super().__init__(**kwargs)
        if dataclass_types is None:
            dataclass_types = []
        elif not isinstance(dataclass_types, (list, tuple)):
            dataclass_types = [dataclass_types]
        self.dataclass_types = list(dataclass_types)
        for kind in self.dataclass_types:
            hints = typing.get_type_hints(kind)
            for field in dataclasses.fields(kind):
                if field.init:
                    self._add(field, hints[field.name])

    def error(self, message):
        raise ValueError(message)

    def _add(self, field, hint):
        flags = [f"--{field.name}"]
        if "_" in field.name:
            flags.append(f"--{field.name.replace('_', '-')}")
        kwargs = dict(field.metadata)
        origin = typing.get_origin(hint)
        if origin is typing.Union or str(type(hint)) == "<class 'types.UnionType'>":
            hint = next(one for one in typing.get_args(hint) if one is not type(None))
            origin = typing.get_origin(hint)
        missing = dataclasses.MISSING
        if origin is typing.Literal or (isinstance(hint, type) and issubclass(hint, enum.Enum)):
            kwargs["choices"] = list(typing.get_args(hint)) if origin else [one.value for one in hint]
            kwargs["type"] = type(kwargs["choices"][0])
            if field.default is not missing:
                kwargs["default"] = field.default
            else:
                kwargs["required"] = True
        elif hint is bool:
            kwargs["type"] = string_to_bool
            kwargs["default"] = False if field.default is missing else field.default
            kwargs["nargs"] = "?"
            kwargs["const"] = True
        elif origin is list:
            kwargs["type"] = typing.get_args(hint)[0]
            kwargs["nargs"] = "+"
            if field.default_factory is not missing:
                kwargs["default"] = field.default_factory()
            elif field.default is missing:
                kwargs["required"] = True
            else:
                kwargs["default"] = field.default
        else:
            kwargs["type"] = hint
            if field.default is not missing:
                kwargs["default"] = field.default
            elif field.default_factory is not missing:
                kwargs["default"] = field.default_factory()
            else:
                kwargs["required"] = True
        self.add_argument(*flags, **kwargs)
        if hint is bool and field.default is True:
            self.add_argument(f"--no_{field.name}", action="store_false", dest=field.name)

    def parse_args_into_dataclasses(self, args=None, return_remaining_strings=False, look_for_args_file=True,
                                    args_filename=None, args_file_flag=None):
        namespace, remaining = self.parse_known_args(args=args)
        outputs = []
        for kind in self.dataclass_types:
            keys = {field.name for field in dataclasses.fields(kind) if field.init}
            inputs = {key: value for key, value in vars(namespace).items() if key in keys}
            for key in keys:
                delattr(namespace, key)
            outputs.append(kind(**inputs))
        if vars(namespace):
            outputs.append(namespace)
        if return_remaining_strings:
            return (*outputs, remaining)
        if remaining:
            raise ValueError(f"Some specified arguments are not used by the HfArgumentParser: {remaining}")
        return (*outputs,)

    def parse_dict(self, args, allow_extra_keys=False):
        unused, outputs = set(args), []
        for kind in self.dataclass_types:
            keys = {field.name for field in dataclasses.fields(kind) if field.init}
            inputs = {key: value for key, value in args.items() if key in keys}
            unused -= set(inputs)
            outputs.append(kind(**inputs))
        if not allow_extra_keys and unused:
            raise ValueError(f"Some keys are not used by the HfArgumentParser: {sorted(unused)}")
        return tuple(outputs)

    def parse_json_file(self, json_file, allow_extra_keys=False):
        with open(json_file) as handle:
            return self.parse_dict(json.load(handle), allow_extra_keys)
