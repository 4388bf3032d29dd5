"""Taking an import back."""


class InTheWay(Exception):
    """x"""
