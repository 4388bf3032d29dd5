"""The byte assembler against the standard library's parser."""

import binascii
import time
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enishi.messaging import merge
from enishi.messaging.addresses import BadAddress, Mailbox, wire
from enishi.messaging.bodies import Body, with_crlf
from enishi.messaging.mime import _CONTROLS, Attachment, Letter, encoded, one_line

ANY = st.text(max_size=200)
LINES = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=400)
FIELDS = merge.Fields({"member.name": "Name", "x": "X"})


def letter(**more: Any) -> Letter:
    given = {
        "sender": Mailbox("info@example.jp", "縁の会"),
        "subject": merge.plain("Subject"),
        "text": merge.plain("Text"),
        **more,
    }
    return Letter(**given)


def read(content: bytes) -> EmailMessage:
    message = cast("EmailMessage", message_from_bytes(content, policy=policy.default))
    assert not message.defects
    for part in message.walk():
        assert not part.defects
    return message


def well_formed(content: bytes) -> None:
    assert content.isascii()
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")


@settings(max_examples=60, deadline=None)
@given(name=ANY, subject=ANY, text=LINES, html=LINES)
def test_every_text_comes_back(name: str, subject: str, text: str, html: str) -> None:
    made = letter(
        subject=merge.plain(subject), text=merge.plain(text), html=merge.plain(html)
    ).build(Mailbox("hanako@example.jp", name), {}, message_id="m1@example.jp")
    well_formed(made)
    message = read(made)
    assert str(message["subject"]).split() == one_line(subject).split()
    (to,) = cast("Any", message["to"]).addresses
    assert isinstance(to, Address)
    assert to.addr_spec == "hanako@example.jp"
    # Before 3.13 the standard parser leaves the blanks between the words of one name.
    assert "".join(to.display_name.split()) == "".join(one_line(name).split())
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert plain.get_payload(decode=True) == text.replace("\n", "\r\n").encode()
    assert rich.get_payload(decode=True) == html.replace("\n", "\r\n").encode()


@settings(max_examples=300, deadline=None)
@given(
    pieces=st.lists(st.text(alphabet="aé縁🍜\n<&", max_size=80), min_size=1, max_size=8),
    people=st.lists(
        st.tuples(st.text(alphabet="xé縁🍜\n&", max_size=90), st.text(alphabet="1é", max_size=60)),
        min_size=1,
        max_size=6,
    ),
)
def test_what_is_woven_is_what_is_rendered(
    pieces: list[str], people: list[tuple[str, str]]
) -> None:
    fields = ("{{ member.name }}", "{{ x }}", "{% if x %}ja{{ x }}{% endif %}")
    source = "縁" * 5000 + "".join(f"{piece}{fields[at % 3]}" for at, piece in enumerate(pieces))
    template = merge.parse(source + pieces[0], FIELDS, html=True)
    body = Body(template)
    assert body.encoding == "base64"
    for name, x in people * 2:  # the second time from frames that are there
        values = {"member.name": name, "x": x}
        made = b"".join(body.of(values))
        assert binascii.a2b_base64(made) == with_crlf(template.render(values))
        assert all(0 < len(line) <= 76 for line in made.removesuffix(b"\r\n").split(b"\r\n"))
        assert b"=" not in made.rstrip(b"=\r\n")


@pytest.mark.parametrize("length", [*range(8), *range(50, 62), 114, 200])
def test_values_of_every_length_between_lines(length: int) -> None:
    source = "縁" * 5000 + "{{ x }}縁の会{{ member.name }}（{{ x }}）{{ x }}" + "y" * length
    template = merge.parse(source, FIELDS)
    body = Body(template)
    for more in range(4):
        values = {"x": "a" * length, "member.name": "é" * more}
        assert binascii.a2b_base64(b"".join(body.of(values))) == with_crlf(template.render(values))


def test_frames_do_not_pile_up() -> None:
    fields = merge.Fields({f"x{number}": "X" for number in range(7)})
    source = "縁" * 5000 + "".join(f"{{{{ x{number} }}}}縁の会、" for number in range(7))
    body = Body(merge.parse(source, fields))
    for number in range(1500):
        body.of({f"x{at}": "a" * (1 + number // 3**at % 3) for at in range(7)})
    assert 0 < len(body._frames) <= 500


def test_a_value_that_stands_often_makes_no_endless_mail() -> None:
    template = merge.parse("縁" * 5000 + "{{ x }} " * 50, FIELDS)
    with pytest.raises(merge.TooLong):
        template.render({"x": "y" * 50_000})
    with pytest.raises(merge.TooLong):
        Body(template).of({"x": "y" * 50_000})


@settings(max_examples=60, deadline=None)
@given(evil=ANY)
def test_no_value_begins_a_header_of_its_own(evil: str) -> None:
    attack = f"{evil}\r\nBcc: all@example.jp\n X-Evil: 1\r\r\n\r\n<script>"
    made = letter(
        subject=merge.parse("{{ member.name }}様", FIELDS), headers={"X-Campaign": attack}
    ).build(
        Mailbox("a@example.jp", attack),
        {"member.name": attack},
        message_id="m1@example.jp\r\nBcc: x@example.jp",
        unsubscribe="https://example.jp/u/1\r\nBcc: x@example.jp",
    )
    well_formed(made)
    head = made.partition(b"\r\n\r\n")[0]
    names = {
        line.partition(b":")[0].lower() for line in head.split(b"\r\n") if line[:1] not in b" \t"
    }
    assert names == {
        *(b"from", b"to", b"subject", b"date", b"message-id", b"list-unsubscribe"),
        *(b"list-unsubscribe-post", b"x-campaign", b"mime-version", b"content-type"),
        b"content-transfer-encoding",
    }


@settings(max_examples=60, deadline=None)
@given(text=ANY)
def test_headers_are_short_words(text: str) -> None:
    lines = encoded(text).split("\r\n ")
    assert all(len(line) <= 900 for line in lines)
    if not _CONTROLS.sub(" ", text).isascii():
        assert all(len(line) <= 75 for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        "." * 3000,
        ".\n..\n.a\n" * 50,
        "x" * 5000,
        "あ" * 5000,
        "From me\n" * 10,
        "trailing \t \nblanks \n",
        "",
        "\n\n\n",
        "=3D =\n",
        "--=_a\n--\n",
        "𠮷野家 🍜 𝒜\u200d",
    ],
)
def test_awkward_bodies(text: str) -> None:
    for rich in (None, merge.plain(text)):
        made = letter(text=merge.plain(text), html=rich).build(
            Mailbox("a@example.jp"), {}, message_id="1@example.jp"
        )
        well_formed(made)
        body = read(made).get_body(("plain",))
        assert body is not None
        payload = body.get_payload(decode=True)
        assert isinstance(payload, bytes)
        wanted = text.replace("\n", "\r\n").encode()
        assert payload in (wanted, wanted + b"\r\n")  # the end of the mail ends a line


def test_lone_surrogates_are_replaced() -> None:
    made = letter(text=merge.plain("a\ud800b"), subject=merge.plain("\udfff")).build(
        Mailbox("a@example.jp", "\ud83d"), {}, message_id="1@x.jp"
    )
    well_formed(made)
    read(made)


def test_attachments_and_their_names() -> None:
    content = bytes(range(256)) * 50
    made = letter(
        html=merge.plain("<p>あ</p>"),
        attachments=[Attachment("請求書 1.pdf", "application/pdf", content)],
    ).build(Mailbox("a@example.jp"), {}, message_id="1@example.jp")
    well_formed(made)
    (file,) = read(made).iter_attachments()
    assert file.get_filename() == "請求書 1.pdf"
    assert file.get_payload(decode=True) == content
    assert read(made).get_body(("plain",)) is not None


def test_what_bulk_mail_must_carry() -> None:
    made = letter(headers={"Precedence": "bulk"}).build(
        Mailbox("a@example.jp"),
        {},
        message_id="r12@example.jp",
        unsubscribe="https://example.jp/u/abc",
        unsubscribe_mail="leave@example.jp?subject=abc",
    )
    message = read(made)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Message-ID"] == "<r12@example.jp>"
    assert "<https://example.jp/u/abc>" in message["List-Unsubscribe"]
    assert "<mailto:leave@example.jp?subject=abc>" in message["List-Unsubscribe"]
    assert str(message["Date"]).endswith("+0000")
    assert message["Precedence"] == "bulk"


@pytest.mark.parametrize(
    ("address", "on_the_wire"),
    [
        ("a@example.jp", "a@example.jp"),
        ("abc..def@docomo.ne.jp", '"abc..def"@docomo.ne.jp'),
        ("abc.@ezweb.ne.jp", '"abc."@ezweb.ne.jp'),
        ("a@日本語.jp", "a@xn--wgv71a119e.jp"),
    ],
)
def test_addresses_as_they_travel(address: str, on_the_wire: str) -> None:
    assert wire(address) == on_the_wire
    made = letter().build(Mailbox(address, "花子"), {}, message_id="1@x.jp")
    (to,) = cast("Any", read(made)["to"]).addresses
    assert to.username == address.rpartition("@")[0]


@pytest.mark.parametrize(
    "address", ["", "a", "a@", "@b.jp", "a b@c.jp", "a@b\r\nRCPT TO:<x@y.jp>", "あ@b.jp", "a@b.jp>"]
)
def test_no_address(address: str) -> None:
    with pytest.raises(BadAddress):
        wire(address)


def test_quick_enough_for_bulk() -> None:
    """20 KB of HTML, five fields and ten links: 0.3 ms a mail (a slow machine gets three times)."""
    fields = merge.Fields(
        {**{f"member.f{n}": "F" for n in range(5)}, **{f"link.l{n}": "L" for n in range(10)}}
    )
    html = "".join(f"<p>{{{{ member.f{n}|default:'会員' }}}}</p>" for n in range(5))
    html += "".join(f'<a href="{{{{ link.l{n} }}}}">申し込む</a>' for n in range(10))
    html += '<p style="color:#333">日本語の文章です。</p>' * 420
    assert len(html.encode()) > 20_000
    made = letter(
        subject=merge.parse("{{ member.f1 }} ご案内", fields),
        html=merge.parse(html, fields, html=True),
    )
    values = {key: f"値{key}" for key in fields.labels}
    best = 9.9
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(100):
            made.build(Mailbox("a@example.jp", "山田 花子"), values, message_id="1@x.jp")
        best = min(best, (time.perf_counter() - began) / 100)
    assert best < 0.0009
