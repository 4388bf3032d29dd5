"""A believable organisation to look at: its people, its towns and fifteen years of membership."""


def fill() -> str:
    """Make the demo organisation unless it is there; the sign-ins to print ('' for none).

    A database in which somebody else works already is left alone and gets no sign-ins.
    """
    from . import organisation

    return organisation.fill()


__all__ = ["fill"]
