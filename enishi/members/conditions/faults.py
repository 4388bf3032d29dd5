"""What is wrong with a rule, and where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from enishi.core.refusals import Refusal


@dataclass(frozen=True)
class RuleFault:
    """``path`` leads to the fault, like ``all[1].value``; ``reason`` is a sentence."""

    path: str
    reason: str
    unknown: str = ""  # the name that stands for no field, or for none that one may see


class RuleFaults(Refusal):
    """This rule cannot be read. Correct the places that are named."""

    status = 422

    def __init__(self, faults: Sequence[RuleFault]) -> None:
        self.faults = list(faults)
        super().__init__()

    @property
    def errors(self) -> Mapping[str, str]:  # type: ignore[override]
        return {fault.path or "rule": fault.reason for fault in self.faults}


class Faulty(Exception):
    """One place that cannot be read; ``parse`` gathers them."""

    def __init__(self, fault: RuleFault) -> None:
        self.fault = fault
        super().__init__(fault.path, fault.reason)
