"""A stand-in for the library of that name."""

from recorder import Loaded, record


class _Auto:
    @classmethod
    def from_pretrained(cls, name, *inputs, trust_remote_code=False, **options):
        record(f"{cls.__name__}.from_pretrained", trust_remote_code, name, *inputs, **options)
        return Loaded(f"{cls.__name__} {name}")

    @classmethod
    def from_config(cls, config, *, trust_remote_code=False, **options):
        record(f"{cls.__name__}.from_config", trust_remote_code, config, **options)
        return Loaded(f"{cls.__name__} of {config}")


class AutoConfig(_Auto):
    pass


class AutoModel(_Auto):
    pass


class AutoModelForCausalLM(_Auto):
    pass


class AutoModelForSequenceClassification(_Auto):
    pass


class AutoModelForVision2Seq(_Auto):
    pass


class AutoProcessor(_Auto):
    pass


class AutoTokenizer(_Auto):
    pass


class PreTrainedModel(_Auto):
    pass


def pipeline(task, model=None, config=None, tokenizer=None, device=None, *, trust_remote_code=False, **options):
    record("pipeline", trust_remote_code, task, model, config, tokenizer, device, **options)
    return Loaded(f"pipeline {task} {model}")
