"""Why a merge, or its undoing, is refused."""

from enishi.members.actions.refusals import Refused


class MergeWithOneself(Refused):
    """These are one and the same member already. Choose two different ones."""

    status = 422


class PersonAndOrganisation(Refused):
    """A person and an organisation cannot be merged. Choose two of one kind."""

    status = 422


class AlreadyMerged(Refused):
    """One of the two has been merged into another member. Choose that other member instead."""


class AlreadyUndone(Refused):
    """This merge has been undone already."""


class MergedOnwards(Refused):
    """%(number)s has itself been merged into %(into)s since. Undo that merge first."""


class LaterMerge(Refused):
    """%(number)s was merged into the same member later. Undo that merge first."""
