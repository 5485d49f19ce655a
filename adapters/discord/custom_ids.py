"""What a button or form carries: the action, and an opaque id of ours. Never trusted: the core checks the presser."""

LONGEST = 100  # characters; Discord's limit
MENU = "menu"  # of a menu, whose choices carry what buttons would
BETWEEN = ":"


def packed(action: str, arg: str) -> str:
    """Raises `ValueError` where it is built, not where it is pressed."""
    result = f"{action}{BETWEEN}{arg}"
    if BETWEEN in action or not action or len(result) > LONGEST:
        raise ValueError(f"cannot be carried by a button: {action!r}, {len(arg)} characters")
    return result


def menu(number: int) -> str:
    return f"{MENU}{BETWEEN}{number}"


def unpacked(custom_id: str) -> tuple[str, str]:
    action, _, arg = custom_id.partition(BETWEEN)
    return action, arg
