import use
from source import HubSource


def run_parameter(yes):
    return use.by_parameter(HubSource(), "a", **yes.code)


def run_optional(yes):
    return use.by_optional(HubSource(), "b", **yes.code), use.by_optional(None, "c", **yes.code)


def run_string(yes):
    return use.by_string(HubSource(), "d", **yes.code)


def run_factory(yes):
    return use.by_factory("e", **yes.code), use.by_factory_directly("f", **yes.code)
