"""Header fields of mails as people read them."""

from email.header import decode_header


def decoded(raw: str) -> str:
    """The text of a header (RFC 2047), on one line. Never raises; odd charsets are read as UTF-8.

    The standard library's new parser leaves blanks between the words of one name before 3.13.
    """
    try:
        parts = decode_header(raw)
    except ValueError:
        return " ".join(raw.split())
    text = "".join(
        in_charset(part, charset or "utf-8") if isinstance(part, bytes) else part
        for part, charset in parts
    )
    return " ".join(text.split()).replace("\x00", "")


def in_charset(content: bytes, charset: str) -> str:
    """Bytes in a charset of old mails; what cannot be read becomes a replacement mark."""
    name = charset.lower()
    if name in {"iso-2022-jp", "shift_jis", "x-sjis"}:
        name = {"iso-2022-jp": "iso2022_jp_ext"}.get(name, "cp932")
    try:
        return content.decode(name, "replace")
    except LookupError:
        return content.decode("utf-8", "replace")
