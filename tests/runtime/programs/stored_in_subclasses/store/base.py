from transformers import AutoModel


class Lazy:
    def __init__(self, name, device):
        self.name = name
        self.device = device
        self.model = None

    def run(self, text):
        return self._model()(text)

    def _model(self):
        if self.model is None:
            self.model = AutoModel.from_pretrained(self.name, trust_remote_code=True).to(self.device)
        return self.model
