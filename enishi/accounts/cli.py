"""``enishi token create`` and ``enishi staff add``."""

import sys
from typing import Annotated, Any

import typer

app = typer.Typer(add_completion=False)
token = typer.Typer(no_args_is_help=True, help="Keys with which programs use the API.")
staff = typer.Typer(no_args_is_help=True, help="Who works in the office.")
app.add_typer(token, name="token")
app.add_typer(staff, name="staff")


def _stop(sentence: Any) -> typer.Exit:
    print(sentence, file=sys.stderr)
    return typer.Exit(2)


@token.callback()
def _token() -> None:
    """Keys with which programs use the API."""


@staff.callback()
def _staff() -> None:
    """Who works in the office."""


@token.command("create")
def token_create(
    name: Annotated[str, typer.Option(help="What the token is for.")],
    scopes: Annotated[str, typer.Option(help="Such as members:read,members:write, or * for all.")],
    days: Annotated[int, typer.Option(min=0, help="How long it works; 0 means for ever.")] = 0,
) -> None:
    """Make a token and print it as the last line. It cannot be shown again."""
    import django

    django.setup()
    from datetime import timedelta

    from enishi.core import clock

    from .actions import make_token
    from .api import EVERYTHING, every_scope

    wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
    known = [EVERYTHING, *every_scope()]
    if unknown := [scope for scope in wanted if scope not in known]:
        raise _stop(
            f"Unknown scope: {', '.join(unknown)}. Write some of these, with commas between: "
            f"{', '.join(known)}"
        )
    if not wanted:
        raise _stop("Write at least one scope after --scopes, such as members:read.")
    if not name.strip():
        raise _stop("Write after --name what the token is for.")
    expires = clock.now() + timedelta(days=days) if days > 0 else None
    _made, secret = make_token(name=name, scopes=wanted, by=None, expires_at=expires)
    print(secret)


@staff.command("add")
def staff_add(
    email: Annotated[str, typer.Argument(help="With this the person signs in.")],
    name: Annotated[str, typer.Option(help="How the office shows the person.")],
    role: Annotated[str, typer.Option(help="administrator, office, read_only or an own role.")],
    language: Annotated[str, typer.Option(help="ja or en.")] = "ja",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Add a person to the staff. Without a password, print a link with which they choose one."""
    import django

    django.setup()
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email
    from django.db.models import Q

    from .actions import add_staff
    from .jobs import password_link
    from .models import LANGUAGES, Role, User

    found = Role.objects.filter(Q(key=role) | Q(name=role)).first()
    if found is None:
        known = ", ".join(Role.objects.values_list("key", flat=True))
        raise _stop(f"There is no role “{role}”. Write one of: {known}")
    if language not in dict(LANGUAGES):
        raise _stop(f"“{language}” is not a language of the office. Write ja or en.")
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    try:
        validate_email(email)
        if password is not None:
            validate_password(password, User(email=email, name=name))
    except ValidationError as wrong:
        raise _stop(" ".join(wrong.messages)) from wrong
    user = add_staff(
        email=email, name=name, roles=[found], by=None, language=language, password=password
    )
    if password is None:
        print("Give the person this link; it works once:")
        print(password_link(user))
    else:
        print(f"{user.name} can sign in as {user.email}.")
