"""A stand-in for the library of that name."""

import argparse


class ArgumentParser(argparse.ArgumentParser):
    def __init__(self, *args, default_config_files=(), **kwargs):
        super().__init__(*args, **kwargs)

    def add_argument(self, *args, env_var=None, is_config_file=False, **kwargs):
        return super().add_argument(*args, **kwargs)

    add = add_argument


ArgParser = ArgumentParser
