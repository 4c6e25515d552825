"""Whether a value that was set lies in its range, said so that the mistake is guessed."""


def check_limits(name: str, value: float, limits: tuple[float, float], *, mistake: str = "") -> None:
    """Refuse a value that is out of its range, or not a number.

    Args:
        name: Of the parameter.
        value: What was set.
        limits: The lowest and the highest that may be.
        mistake: What was probably meant, as a question.

    Raises:
        ValueError: It is; the message names the parameter, its range and the value.
    """
    lowest, highest = limits
    if not lowest <= value <= highest:
        guess = f"; {mistake}" if mistake else ""
        raise ValueError(f"{name} is from {lowest:g} to {highest:g}, got {value:g}{guess}")
