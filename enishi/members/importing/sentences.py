"""What an import says about a cell. Kept as msgid and values, told in the reader's language."""

from django.utils.translation import gettext_noop as _

BROKEN_CHARACTER = _(
    "“%(value)s” holds a character that could not be read. Save the file as UTF-8 and try again."
)
TOO_LONG = _("“%(value)s” is too long. At most %(longest)s characters fit.")
NOT_A_CHOICE = _("“%(value)s” is not one of the choices. Near: %(near)s.")
NOT_A_TYPE = _(
    "There is no member type “%(value)s”. Near: %(near)s. Correct it, or let the import create it."
)
NOT_STAFF = _("“%(value)s” is nobody on the staff. Write the name or the e-mail address.")
NOT_A_NUMBER = _("“%(value)s” is not a whole number.")
NO_NUMBER = _("The member number is empty.")
NO_NAME = _("The row has neither a name nor an organisation.")
NO_TYPE = _("The member type is empty.")
TOO_MANY_CELLS = _(
    "The row has more cells than the header (“%(value)s”). Is a heading, a quotation mark or a"
    " comma missing?"
)
LEFT_BEFORE_JOINED = _("“%(value)s” lies before the day of joining (%(joined)s).")
LEFT_YET_ACTIVE = _("“%(value)s” does not fit: the row also has a day of leaving (%(left)s).")
STATUS_YET_LEFT = _("“%(value)s” does not fit a day of leaving that has come (%(left)s).")
LEFT_BEFORE_BEGINNING = _(
    "“%(value)s” does not fit a day of joining that is still to come (%(joined)s)."
)
STATUS_YET_JOINED = _("“%(value)s” does not fit a day of joining that has come (%(joined)s).")
TWICE = _("“%(value)s” already stands in line %(line)s of this file.")
SEVERAL_MEMBERS = _(
    "“%(value)s” fits %(count)s members, so it is unclear whom the row is about."
    " Match by member number instead."
)
IN_THE_BIN = _("“%(value)s” is the number of a member in the bin. Restore that member first.")
NUMBER_TAKEN = _("“%(value)s” is already the number of another member.")
LEFT_BEFORE_PERIOD = _(
    "“%(value)s” lies before the present state of the membership began (%(since)s)."
    " Correct the membership history first."
)
STATUS_YET_DEAD = _("“%(value)s” does not fit a day of death (%(deceased)s).")
DIED_BEFORE_BIRTH = _("“%(value)s” lies before the birth date (%(born)s).")
BORN_LATER = _("“%(value)s” is still to come. Check the year.")
NOT_LINKED = _("There is no “%(value)s” to link to. Write the member number.")
NOT_UNIQUE = _("“%(value)s” is there already. Each may be there once.")
NOT_UNIQUE_AS_READ = _(
    "“%(value)s” is there already, written “%(other)s”. Width, capitals and the kind of kana make"
    " no difference; each may be there once."
)
MISSING = _("This has to be filled in.")
