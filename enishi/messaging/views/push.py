"""Push subscriptions of whoever has signed in, and the worker that shows what arrives."""

import json
from urllib.parse import urlsplit

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from enishi.accounts.permissions import SignedInRequest, public, signed_in
from enishi.messaging import actions
from enishi.messaging.providers.webpush.encrypting import encrypted
from enishi.messaging.providers.webpush.vapid import public_key

# Shows the notice; a click opens its page, which is one of our own.
WORKER = """\
self.addEventListener("push", (event) => {
  const said = event.data ? event.data.json() : {};
  const options = { body: said.body || "", data: { url: said.url || "/" } };
  event.waitUntil(self.registration.showNotification(said.title || "", options));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data.url, self.location.origin);
  if (url.origin === self.location.origin) event.waitUntil(self.clients.openWindow(url.href));
});
"""


@signed_in
@require_http_methods(["GET", "HEAD", "POST", "DELETE"])
def subscription(request: SignedInRequest) -> HttpResponse:
    """GET the key, POST ``{"endpoint", "keys": {"p256dh", "auth"}}``, DELETE the same endpoint."""
    if request.method in {"GET", "HEAD"}:
        return JsonResponse({"key": public_key()})
    try:
        said = json.loads(request.body)
        endpoint = str(said["endpoint"])
        keys = said.get("keys") or {}
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"detail": _("This subscription cannot be read.")}, status=422)
    if request.method == "DELETE":
        actions.unsubscribe_push(request.user, endpoint)
        return HttpResponse(status=204)
    p256dh, auth = str(keys.get("p256dh", "")), str(keys.get("auth", ""))
    if not _is_good(endpoint, p256dh, auth):
        return JsonResponse({"detail": _("This subscription cannot be read.")}, status=422)
    browser = request.headers.get("User-Agent", "")
    actions.subscribe_push(
        request.user, endpoint=endpoint, p256dh=p256dh, auth=auth, browser=browser
    )
    return HttpResponse(status=201)


def _is_good(endpoint: str, p256dh: str, auth: str) -> bool:
    """A push service on the open web, and keys that work."""
    host = urlsplit(endpoint).hostname or ""
    number = ":" in host or host.replace(".", "").isdigit()
    local = number or "." not in host or host.endswith((".local", ".internal"))
    if not endpoint.startswith("https://") or len(endpoint) > 1000 or local:
        return False
    try:
        encrypted(b"", p256dh[:120], auth[:40])
    except ValueError:
        return False
    return True


@public
@require_safe
def worker(request: SignedInRequest) -> HttpResponse:  # noqa: ARG001
    """The service worker; it may speak for the whole site."""
    answer = HttpResponse(WORKER, content_type="text/javascript; charset=utf-8")
    answer["Service-Worker-Allowed"] = "/"
    answer["Cache-Control"] = "public, max-age=3600"
    return answer
