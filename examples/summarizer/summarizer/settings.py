"""Settings of a run, from YAML files."""

import subprocess  # nosec B404

import yaml
from yaml import FullLoader, load


def read_settings(path, overrides=None):
    """Merge the settings of a file with those of another one."""
    with open(path) as stream:
        settings = yaml.load(stream, Loader=yaml.FullLoader)
    if overrides:
        with open(overrides) as stream:
            settings.update(load(stream, Loader=FullLoader))
    return settings


def revision():
    """The commit that is checked out."""
    command = ["git", "rev-parse", "HEAD"]
    return subprocess.check_output(command, text=True)  # nosec B603 - fixed arguments
