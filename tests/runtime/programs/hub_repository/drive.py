from use import two


def run_two(yes):
    return two("org/repo", **yes.repo)
