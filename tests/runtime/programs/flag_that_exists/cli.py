import argparse

from build import build


def parse(argv):
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--trust-remote-code", action="store_true")
    return parser.parse_args(argv)


def main(argv=None):
    args = parse(argv)
    return build(args.model, "cpu")
