"""Why an action on messages is refused."""

from collections.abc import Mapping

from enishi.core.refusals import Refusal


class Invalid(Refusal):
    """Some values cannot be kept. Correct them and try again."""

    status = 422

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__()


class NotInForce(Refusal):
    """This suppression has been lifted already."""


class ReasonMissing(Refusal):
    """Write the reason."""

    status = 422


class NothingToSend(Refusal):
    """This message cannot be sent again."""


class OtherOrder(Refusal):
    """This Idempotency-Key came with another order before. Use a new key for a new order."""

    status = 422


class TooLongForSms(Refusal):
    """This is too long for an SMS. Write at most %(longest)d characters."""

    status = 422


class NoSuchAddress(Refusal):
    """“%(address)s” is not an address that this channel can reach."""

    status = 422
