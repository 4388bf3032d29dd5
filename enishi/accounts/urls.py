"""Addresses of one's own account and of the settings that accounts own."""

from django.urls import include, path

from .views import organisation, own, presence, roles, settings, staff, tokens

office = [
    path("office/account/", own.account, name="own"),
    path("office/presence/", presence.presence, name="presence"),
    path("office/account/sessions/", own.sessions, name="own_sessions"),
    path("office/settings/", settings.index, name="settings"),
    path("office/settings/organisation/", organisation.details, name="organisation"),
    path("office/settings/staff/", staff.people, name="staff"),
    path("office/settings/staff/new/", staff.new, name="new_staff"),
    path("office/settings/staff/<int:pk>/", staff.person, name="person"),
    path("office/settings/staff/<int:pk>/invitation/", staff.invitation, name="invitation"),
    path("office/settings/staff/<int:pk>/sessions/", staff.sessions, name="sessions"),
    path("office/settings/roles/", roles.index, name="roles"),
    path("office/settings/roles/new/", roles.new, name="new_role"),
    path("office/settings/roles/<int:pk>/", roles.role, name="role"),
    path("office/settings/roles/<int:pk>/deletion/", roles.deletion, name="role_deletion"),
    path("office/settings/tokens/", tokens.index, name="tokens"),
    path("office/settings/tokens/new/", tokens.new, name="new_token"),
    path("office/settings/tokens/<int:pk>/revocation/", tokens.revocation, name="revocation"),
]
urlpatterns = [
    path("accounts/language/", own.language, name="set_language"),
    path("accounts/email/", own.email),
    path("", include((office, "accounts"))),
]
