"""Push notices: offered on the page of topics, subscribed, encrypted, and shown by a real worker.

Chromium has a push service of Google's only, which tests cannot reach: its answer is played by this
test (an endpoint and keys), the service by a small server on loopback, and the last step, from the
service to the browser, by the browser's own debugging protocol. All else is real.
"""

import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from playwright.sync_api import expect

from enishi.accounts.models import User
from enishi.members import actions as roll
from enishi.members.models import Member, MemberType
from enishi.messaging import actions
from enishi.messaging.models import PushSubscription
from enishi.messaging.providers.webpush.encrypting import padless, point, unpadded
from enishi.messaging.providers.webpush.vapid import public_key
from enishi.messaging.tests.test_other_channels import answering
from enishi.project.tests.living import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ANSWER = """
const said = %s;
let present = null;
PushManager.prototype.getSubscription = async () => present;
PushManager.prototype.subscribe = async function (options) {
  const key = new Uint8Array(options.applicationServerKey);
  window.asked = { visible: options.userVisibleOnly, key: key.length };
  if (window.noService) throw new DOMException("push service error", "AbortError");
  const unsubscribe = async () => (present = null);
  present = { endpoint: said.endpoint, toJSON: () => said, unsubscribe };
  return present;
};
"""


def opened(body, private, auth):
    """The content of a push as the browser would decrypt it (RFC 8188, RFC 8291), apart from the
    code that encrypted it."""
    salt, length = body[:16], body[20]
    sender, sealed = body[21 : 21 + length], body[21 + length :]
    shared = private.exchange(
        ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
    )

    def derived(secret, salt, info, size):
        return HKDF(algorithm=hashes.SHA256(), length=size, salt=salt, info=info).derive(secret)

    mine = point(private.public_key())
    secret = derived(shared, auth, b"WebPush: info\0" + mine + sender, 32)
    key = derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    return AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0").removesuffix(b"\2")


def signer_of(authorization):
    """Who the push comes from: verifies the word (RFC 8292) and returns what it claims."""
    word, key = authorization.removeprefix("vapid t=").split(",")
    head, claims, signature = word.split(".")
    raw = unpadded(signature)
    parts = (int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    known = unpadded(key.strip().removeprefix("k="))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), known)
    text = f"{head}.{claims}".encode()
    public.verify(encode_dss_signature(*parts), text, ec.ECDSA(hashes.SHA256()))
    return key.strip().removeprefix("k="), json.loads(unpadded(claims))


def test_a_member_is_told_in_the_browser(
    transactional_db, desk_of, run_jobs, settings, tmp_path, live_server
):
    settings.DATA_DIR = tmp_path
    MemberType.objects.get_or_create(name="正会員")
    user = User.objects.create_user("hanako@example.jp", name="山田 花子")
    values = {"member_type": "正会員", "family_name": "山田", "given_name": "花子"}
    hanako = roll.add({**values, "email": "hanako@example.jp"}, by=None)
    Member.objects.filter(pk=hanako.pk).update(user=user)
    private, auth = ec.generate_private_key(ec.SECP256R1()), b"0123456789abcdef"
    keys = {"p256dh": padless(point(private.public_key())), "auth": padless(auth)}
    page = desk_of(user)
    page.context.grant_permissions(["notifications"], origin=live_server.url)
    page.add_init_script(
        ANSWER % json.dumps({"endpoint": "https://push.example.com/1", "keys": keys})
    )

    debugger = page.context.new_cdp_session(page)
    registered = []
    debugger.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda said: registered.extend(one["registrationId"] for one in said["registrations"]),
    )
    debugger.send("ServiceWorker.enable")
    page.goto(f"/mail/preferences/{roll.consent_word(hanako.pk)}/")
    on, off = page.locator("[data-push-on]"), page.locator("[data-push-off]")
    expect(off).to_be_hidden()
    page.evaluate("window.noService = true")
    on.click()
    expect(page.locator("[data-push-failed]")).to_be_visible()  # not a dead button
    page.evaluate("window.noService = false")
    on.click()
    expect(off).to_be_visible()
    expect(on).to_be_hidden()
    expect(page.locator("[data-push-failed]")).to_be_hidden()
    assert page.evaluate("window.asked") == {"visible": True, "key": 65}
    row = PushSubscription.objects.get()
    assert (row.user, row.p256dh) == (user, keys["p256dh"])

    with answering(201, {}) as (service, heard):
        PushSubscription.objects.update(endpoint=f"{service}/1")
        actions.send(
            channel="push", to=str(user.pk), subject="明日の総会", text="10時から", link="/notices/"
        )
        run_jobs()
    _path, headers, body = heard[0]
    key, claims = signer_of(headers["Authorization"])
    assert (key, claims["aud"]) == (public_key(), service)
    content = opened(body, private, auth).decode()
    assert json.loads(content)["title"] == "明日の総会"

    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    debugger.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": live_server.url, "registrationId": registered[-1], "data": content},
    )
    showing = """async () => {
      const [one] = await (await navigator.serviceWorker.ready).getNotifications();
      return one ? [one.title, one.body, one.data.url] : null;
    }"""
    shown = wait_until(lambda: page.evaluate(showing), 30, "the notification is shown")
    assert shown == ["明日の総会", "10時から", "/notices/"]
