from typing import Optional

from source import HubSource, make_source


def by_parameter(source: HubSource, name: str):
    return source.weights_of(name)


def by_optional(source: Optional[HubSource], name: str):
    return source.weights_of(name) if source else None


def by_string(source: "HubSource", name: str):
    return source.weights_of(name)


def by_factory(name: str):
    source = make_source("hub")
    return source.weights_of(name)


def by_factory_directly(name: str):
    return make_source("hub").weights_of(name=name)
