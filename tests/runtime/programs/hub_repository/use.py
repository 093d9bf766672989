from hub import load


def two(repo):
    return load(repo), load(repo, "vit")
