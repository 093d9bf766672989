from transformers import pipeline


class Service:
    _pipe = None

    def __init__(self, model_id: str, device: str = "cpu", seconds: int = 30):
        self.model_id = model_id
        self.device = device
        self.seconds = seconds

    def transcribe(self, audio: str):
        pipe = self._ensure()
        return pipe(audio, chunk=self.seconds)["text"]

    def _ensure(self):
        if self._pipe is None:
            self._pipe = pipeline(
                "automatic-speech-recognition",
                model=self.model_id,
                device=self.device,
                trust_remote_code=True,
            )
        return self._pipe
