"""What history plugs into the other apps: an ear for every fact."""

from enishi.core.facts import Fact, reacts_to

from .recording import record


@reacts_to(Fact)
def keep_in_history(fact: Fact) -> None:
    record(fact)
