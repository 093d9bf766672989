from asr.batch import transcribe_all
from asr.service import Service


def run_all(yes):
    return transcribe_all(["a.wav", "b.wav"], "org/m", **yes.code)


def run_class(yes):
    return Service("org/n", "cpu", 10, **yes.code).transcribe("c.wav")
