"""Mails as they come back in life, in the shapes of the servers that write them.

Written by ourselves after the shapes; ``verp`` is our return path, ``original`` the head of ours.
"""

from email.message import EmailMessage

WHO = "hanako@example.ne.jp"


def _original(message_id: str) -> str:
    return (
        f"From: info@example.jp\r\nTo: {WHO}\r\nSubject: news\r\n"
        f"Message-ID: <{message_id or 'x@elsewhere.example'}>\r\n"
    )


def dsn(
    *,
    to: str,
    status: str,
    diagnostic: str,
    action: str = "failed",
    message_id: str = "",
    human: str = "This is the mail system. Your message could not be delivered.",
    original: str = "",
) -> bytes:
    """RFC 3464, as Postfix writes it."""
    return (
        f"From: MAILER-DAEMON@mx.example.ne.jp (Mail Delivery System)\r\nTo: {to}\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"\r\n\r\n'
        f"--b1\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{human}\r\n\r\n"
        f"<{WHO}>: {diagnostic}\r\n\r\n"
        "--b1\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example.ne.jp\r\nArrival-Date: Sat, 21 Nov 2026 10:00:00 +0900\r\n"
        f"\r\nFinal-Recipient: rfc822; {WHO}\r\nOriginal-Recipient: rfc822;{WHO}\r\n"
        f"Action: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {diagnostic}\r\n\r\n"
        f"--b1\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"{original or _original(message_id)}\r\n--b1--\r\n"
    ).encode()


def prose(
    *, to: str, subject: str, text: str, sender: str, charset: str = "utf-8", message_id: str = ""
) -> bytes:
    """Words only, as qmail and carriers write."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    whole = f"{text}\n\n--- Original message ---\n{_original(message_id)}"
    mail.set_content(whole, charset=charset)
    return mail.as_bytes()


def docomo(to: str, **more: str) -> bytes:
    return prose(
        to=to,
        sender="MAILER-DAEMON@docomo.ne.jp",
        subject="Mail System Error - Returned Mail",
        text=f"次のあて先へのメッセージはエラーのため送信できませんでした。\n\n<{WHO}>:\n"
        "送信先メールアドレスが見つかりません。\n550 Unknown user",
        charset="iso-2022-jp",
        **more,
    )


def au(to: str, **more: str) -> bytes:
    return prose(
        to=to,
        sender="Postmaster@ezweb.ne.jp",
        subject="Mail System Error - Returned Mail",
        text=f"The user(s) account is temporarily over quota.\n\n<{WHO}>\n"
        "相手先のメールボックスの容量が一杯のため、お届けできませんでした。",
        charset="iso-2022-jp",
        **more,
    )


def softbank(to: str, **more: str) -> bytes:
    return prose(
        to=to,
        sender="MAILER-DAEMON@softbank.ne.jp",
        subject="メールを送信できませんでした",
        text=f"宛先: {WHO}\n受信拒否の設定により、このメールは届きませんでした。"
        "ドメイン指定受信をご確認ください。",
        charset="iso-2022-jp",
        **more,
    )


def qmail(to: str, **more: str) -> bytes:
    return prose(
        to=to,
        sender="MAILER-DAEMON@old.example.com",
        subject="failure notice",
        text=f"Hi. This is the qmail-send program at old.example.com.\n\n<{WHO}>:\n"
        "Sorry, no mailbox here by that name. (#5.1.1)",
        **more,
    )


def out_of_office(to: str, *, japanese: bool = True, header: bool = True) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = f"山田 花子 <{WHO}>", to
    mail["Subject"] = "自動返信: 会報11月号" if japanese else "Automatic reply: news"
    if header:
        mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(
        "11月24日まで不在にしております。戻り次第ご連絡いたします。エラーではありません。"
        if japanese
        else "I am out of the office until Monday and could not be delivered from my desk."
    )
    return mail.as_bytes()


def arf(to: str, *, kind: str = "abuse", message_id: str = "", original: str = "") -> bytes:
    """RFC 5965, as feedback loops write it."""
    return (
        f"From: feedback@isp.example\r\nTo: {to}\r\nSubject: FW: news\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b2"\r\n\r\n'
        "--b2\r\nContent-Type: text/plain\r\n\r\nThis is an email abuse report.\r\n\r\n"
        "--b2\r\nContent-Type: message/feedback-report\r\n\r\n"
        f"Feedback-Type: {kind}\r\nUser-Agent: SomeLoop/1.0\r\nVersion: 1\r\n"
        f"Original-Rcpt-To: <{WHO}>\r\nArrival-Date: Sat, 21 Nov 2026 10:00:00 +0900\r\n\r\n"
        f"--b2\r\nContent-Type: message/rfc822\r\n\r\n{original or _original(message_id)}"
        "\r\nhello\r\n--b2--\r\n"
    ).encode()


def letter(to: str) -> bytes:
    """An answer that a person has written."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = WHO, to, "Re: 会報11月号"
    mail.set_content("住所が変わりました。受信拒否ではありません。よろしくお願いします。")
    return mail.as_bytes()
