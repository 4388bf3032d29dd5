"""Why an import is refused."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enishi.core.refusals import Refusal


class Unreadable(Refusal):
    """This file cannot be read as a list."""

    # ``sentence``: what is the matter with this one.

    def __init__(self, sentence: str = "") -> None:
        self.sentence = sentence
        super().__init__()

    def __str__(self) -> str:
        return self.sentence or super().__str__()


class TooLarge(Unreadable):
    """This file is larger than 200 MB. Split it into several files."""


class WrongMapping(Unreadable):
    """The columns cannot be imported like this."""


class NotNow(Refusal):
    """This import is busy or has ended. Load the page anew to see how it stands."""


class Disturbed(Refusal):
    """Members of this list were edited at the same moment. Nothing was changed; try again."""


class InTheWay(Refusal):
    """What was imported has been edited since, so nothing was undone."""


class HasErrors(Refusal):
    """Rows are wrong, so nothing was imported."""

    def __init__(self, wrong: int) -> None:
        self.wrong = wrong
        super().__init__()

    def __str__(self) -> str:
        return ngettext(
            "%(wrong)s row is wrong, so nothing was imported. Correct it in the file, or let the"
            " import leave it out.",
            "%(wrong)s rows are wrong, so nothing was imported. Correct them in the file, or let"
            " the import leave them out.",
            self.wrong,
        ) % {"wrong": self.wrong}


def unreadable_cell(line: int) -> Unreadable:
    return Unreadable(
        _("A cell near line %(line)s does not end. Is a quotation mark missing?") % {"line": line}
    )
