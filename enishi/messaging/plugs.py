"""What messaging hangs into the shells, and the system's mails that it carries."""

from enishi.core.mail import carried_by

from . import actions

carried_by(actions.send_system)
