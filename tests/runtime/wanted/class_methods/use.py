from rerank import Reranker as R


class Small(R):
    @classmethod
    def default(cls, trust_remote_code: bool = False):
        return super().from_hub("org/rerank-small", "v2", trust_remote_code=trust_remote_code)


def rerank(name=None, trust_remote_code=False):
    reranker = R.from_hub(name, trust_remote_code=trust_remote_code) if name else R.default(trust_remote_code=trust_remote_code)
    return reranker.model, reranker.tokenizer


def small(trust_remote_code: bool = False):
    return Small.default(trust_remote_code=trust_remote_code).model
