"""Whether mails that arrived are the mails of a campaign: each once, each with its own values."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from typing import Any

from enishi.campaigns.models import Campaign, Recipient
from enishi.campaigns.tracking import tokens
from enishi.members.actions import read_consent_word

_UNSUBSCRIBE = re.compile(r"<https?://[^>\s]+/mail/unsubscribe/([^>\s/]+)/>")
_COUNTED = re.compile(r"/[co]/([0-9a-z]+\.[0-9a-z]+\.[0-9a-z]+(?:\.\d+)?)")


@dataclass
class Proof:
    """How many mails were looked at; ``whole``: parsed to the end by the standard library."""

    mails: int = 0
    whole: int = 0


def proven(campaign: Campaign, arrived: Iterable[tuple[str, bytes, bool]]) -> Proof:
    """Look at every mail that arrived (to whom, content, whether that is all of it).

    Raises AssertionError for one that is lost, came twice, is no valid MIME, shows the values of
    somebody else or holds a word that does not work.
    """
    rows = Recipient.objects.filter(campaign=campaign).exclude(state="skipped")
    waiting = {one.email: one for one in rows.select_related("member")}
    links = set(campaign.links.values_list("number", flat=True))
    proof = Proof()
    for to, content, whole in arrived:
        one = waiting.pop(to, None)
        assert one is not None, f"{to}: twice, or nobody's"
        _head_is_theirs(one, content)
        proof.mails += 1
        if whole:
            _mail_is_theirs(one, content, links)
            proof.whole += 1
    assert not waiting, f"{len(waiting)} were lost, {next(iter(waiting))} among them"
    return proof


_heads = BytesHeaderParser(policy=policy.compat32)


def decoded(raw: str) -> str:
    """The text of a header by the standard library alone (RFC 2047)."""
    return " ".join(str(make_header(decode_header(raw))).split())


def _head_is_theirs(one: Recipient, content: bytes) -> None:
    head = _heads.parsebytes(content)
    name, address = parseaddr(decoded(head["To"]))
    assert (name, address) == (one.member.name, one.email), head["To"]
    assert decoded(head["Subject"]).startswith(one.member.family_name), one.email
    assert head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click", one.email
    assert f"c{one.pk}." in head["Message-ID"], one.email
    found = _UNSUBSCRIBE.search(head["List-Unsubscribe"])
    word = read_consent_word(found[1]) if found else None
    assert word is not None, head["List-Unsubscribe"]
    assert (word.member_id, word.ref) == (one.member_id, f"c{one.pk}"), one.email


def _mail_is_theirs(one: Recipient, content: bytes, links: set[int]) -> None:
    mail = message_from_bytes(content, policy=policy.default)
    assert not any(part.defects for part in mail.walk()), one.email
    html, text = _part(mail, "html"), _part(mail, "plain")
    member = one.member
    for value in (member.name, member.number, member.prefecture, member.city, one.email):
        assert value in html, (value, one.email)
        assert value in text, (value, one.email)
    assert "{{" not in html + text, one.email
    words = [tokens.read(word) for word in _COUNTED.findall(html)]
    assert {word and word[:2] for word in words} == {(one.pk, one.campaign_id)}, one.email
    assert {word.link for word in words if word} == links, one.email


def _part(mail: EmailMessage, kind: str) -> str:
    part: Any = mail.get_body((kind,))
    assert part is not None, kind
    return str(part.get_content())
