from transformers import AutoProcessor


class Processor:
    def __init__(self, name, *, size=224):
        self.size = size
        self.processor = AutoProcessor.from_pretrained(name, trust_remote_code=True)


class Cropped(Processor):
    def __init__(self, name, crop, *, size=256):
        super().__init__(name, size=size)
        self.crop = crop


class Centred(Cropped):
    def __init__(self, name):
        super().__init__(name, "centre", size=512)


def sizes(name):
    return [Processor(name).size, Cropped(name, "left").crop, Centred(name).size, Cropped(name, "top", size=1).size]
