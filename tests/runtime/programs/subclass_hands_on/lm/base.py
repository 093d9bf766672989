from transformers import AutoModelForCausalLM


class LanguageModel:
    def __init__(self, name, dtype="auto"):
        self.dtype = dtype
        self.model = AutoModelForCausalLM.from_pretrained(name, torch_dtype=dtype, trust_remote_code=True)
