from spec import Spec


def configs(names):
    return [Spec(name).config() for name in names]


def tagged(name, tag):
    spec = Spec(name, [tag])
    return spec.config(revision=tag), spec.tags
