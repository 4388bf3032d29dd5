"""Mail about accounts."""

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enishi.core.jobs import QUICK, job
from enishi.core.mail import send_system
from enishi.core.progress import Progress

from . import mails  # noqa: F401  declares the invitation
from .models import User


def password_link(user: User) -> str:
    """Where ``user`` chooses a password: works once, for as long as PASSWORD_RESET_TIMEOUT says."""
    from allauth.account import app_settings

    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    path = reverse(
        "account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key}
    )
    return f"{settings.BASE_URL}{path}"


@job("accounts.send_invitation", title=_("Invitation to the office"), queue=QUICK)
def send_invitation(_progress: Progress, *, user_id: int) -> None:
    user = User.objects.get(pk=user_id)
    send_system(
        "accounts.invitation",
        to=user.email,
        to_name=user.name,
        language=user.language,
        values={
            "user.name": user.name,
            "user.email": user.email,
            "link": password_link(user),
            "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
            "sign_in": f"{settings.BASE_URL}{reverse('account_login')}",
        },
        about=user,
    )
