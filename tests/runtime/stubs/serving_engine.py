"""A library whose engine adds its arguments, --trust-remote-code among them, as vllm's does."""


class EngineArgs:
    @staticmethod
    def add_cli_args(parser):
        parser.add_argument("--model", default="m")
        parser.add_argument("--trust-remote-code", action="store_true")
        return parser
