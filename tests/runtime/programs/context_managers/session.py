from vllm import LLM


class Session:
    def __init__(self, name, tokenizer=None):
        self.name = name
        self.tokenizer = tokenizer

    def __enter__(self):
        self.llm = LLM(self.name, tokenizer=self.tokenizer, trust_remote_code=True)
        return self.llm

    def __exit__(self, *error):
        return None
