from asr.service import Service


def transcribe_all(paths: list, model_id: str) -> dict:
    service = Service(model_id, device="cuda")
    return {path: service.transcribe(path) for path in paths}
