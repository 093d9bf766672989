from session import Session
from use import answer


def run_answer(yes):
    return answer("a", "why", **yes.code)


def run_class(yes):
    with Session("b", "t", **yes.code) as llm:
        return llm
