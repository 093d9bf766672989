import service
from rank import Ranker


def run_best(yes):
    return service.best("a", "q", ["x", "y"], **yes.code)


def run_with_labels(yes):
    return service.with_labels("b", **yes.code)


def run_class(yes):
    return Ranker("c", labels=2, **yes.code).encoder
