from core import load_two
from fastapi import FastAPI

app = FastAPI()


@app.post("/two")
def two(name: str):
    return load_two(name)
