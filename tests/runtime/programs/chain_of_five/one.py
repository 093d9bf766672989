from two import second


def first(name, device="cpu"):
    """Open everything.

    Args:
        name: Hub id or path.
        device: Where the weights go.
    """
    return second(
        name,
        device=device,
    )
