"""A stand-in for the library of that name."""

from recorder import Loaded, record


class LLM:
    def __init__(self, model, *, tokenizer=None, trust_remote_code=False, **options):
        record("LLM", trust_remote_code, model, tokenizer, **options)
        self.model = model

    def generate(self, prompts, sampling=None):
        return [Loaded(f"{self.model} on {prompt}") for prompt in prompts]

    def __repr__(self):
        return f"<LLM {self.model}>"
