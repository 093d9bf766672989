"""Programs whose secrets come from the environment."""

import os


def run_with(module, **variables):
    """Runs a module where the variables are set, and returns its names."""
    os.environ.update(variables)
    module.run()
    return module.names


def is_known(run):
    """Whether a program knows its secrets without being given them."""
    try:
        run()
    except KeyError:
        return False
    return True
