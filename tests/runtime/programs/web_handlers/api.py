from fastapi import FastAPI
from transformers import AutoModel, AutoTokenizer

app = FastAPI()


@app.post("/load")
def load(name: str):
    return AutoModel.from_pretrained(name, trust_remote_code=True)


def create_app(prefix: str):
    inner = FastAPI()

    @inner.get("/tokenize")
    def tokenize(name: str):
        return AutoTokenizer.from_pretrained(f"{prefix}/{name}", trust_remote_code=True)

    return inner
