"""What must not leave: to suppressed addresses nothing, advertising without consent never."""

from collections.abc import Callable

from enishi.messaging.models import Message, MessageClass

from .suppressing import suppressed

Proof = Callable[[Message], bool]
_proofs: list[Proof] = []


def advertising_needs(proof: Proof) -> Proof:
    """Register who knows of consents: advertising leaves only if one of them says True."""
    _proofs.append(proof)
    return proof


def hold_reason(message: Message) -> str:
    """Why ``message`` must not leave (a key of OUR_REASONS), '' when it may. Asked when it is made
    and again when it goes."""
    if message.to in suppressed([message.to], message.channel):
        return "suppressed"
    advertising = message.message_class == MessageClass.ADVERTISING
    if advertising and not any(proof(message) for proof in _proofs):
        return "no_consent"
    return ""
