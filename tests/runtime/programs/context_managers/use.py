from session import Session


def answer(name, prompt):
    with Session(name) as llm:
        return llm.generate([prompt])
