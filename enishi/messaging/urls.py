"""Addresses of messages: nouns, changed by POST."""

from django.conf import settings
from django.urls import include, path

from .views import mailbox, push, returned, sent, suppressions, templates
from .views import settings as mail

app_name = "messaging"

_mailbox = [
    path("", mailbox.index, name="mailbox"),
    path("<int:pk>/", mailbox.mail, name="kept_mail"),
    path("<int:pk>/html/", mailbox.html, name="kept_html"),
    path("<int:pk>/source/", mailbox.source, name="kept_source"),
    path("<int:pk>/attachments/<int:number>/", mailbox.attachment, name="kept_attachment"),
]
_settings = [
    path("mail/", mail.details, name="settings"),
    path("mail/trial/", mail.trial, name="trial"),
    path("suppressions/", suppressions.index, name="suppressions"),
    path("suppressions/<int:pk>/lifting/", suppressions.lifting, name="lifting"),
    path("returned-mail/", returned.index, name="returned"),
    path("mail-templates/", templates.index, name="templates"),
    path("mail-templates/<str:key>/<str:language>/", templates.template, name="template"),
    path("mail-templates/<str:key>/<str:language>/preview/", templates.preview, name="preview"),
    path("mail-templates/<str:key>/<str:language>/default/", templates.default, name="default"),
]
urlpatterns = [
    path("office/mailbox/", include(_mailbox)),
    path("office/messages/", sent.index, name="sent"),
    path("office/messages/<int:pk>/", sent.message, name="message"),
    path("office/messages/<int:pk>/sending/", sent.sending, name="sending"),
    path("office/settings/", include(_settings)),
    path("push/subscription/", push.subscription, name="push_subscription"),
    path("push/worker.js", push.worker, name="push_worker"),
]
if settings.MAIL_TRANSPORT == "anymail":
    from anymail.urls import urlpatterns as hooks

    from .webhooks import listen, readable_only

    listen()
    for hook in hooks:
        hook.callback = readable_only(hook.callback)
    urlpatterns.append(path("hooks/anymail/", include((hooks, "anymail"))))
