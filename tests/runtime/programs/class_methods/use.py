from rerank import Reranker as R


class Small(R):
    @classmethod
    def default(cls):
        return super().from_hub("org/rerank-small", "v2")


def rerank(name=None):
    reranker = R.from_hub(name) if name else R.default()
    return reranker.model, reranker.tokenizer


def small():
    return Small.default().model
