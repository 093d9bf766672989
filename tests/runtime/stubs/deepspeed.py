"""A stand-in for the library of that name."""


def add_config_arguments(parser):
    group = parser.add_argument_group("DeepSpeed")
    group.add_argument("--deepspeed", default=False, action="store_true")
    return parser
