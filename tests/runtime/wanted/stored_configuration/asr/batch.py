from asr.service import Service


def transcribe_all(paths: list, model_id: str, trust_remote_code: bool = False) -> dict:
    service = Service(model_id, device="cuda", trust_remote_code=trust_remote_code)
    return {path: service.transcribe(path) for path in paths}
