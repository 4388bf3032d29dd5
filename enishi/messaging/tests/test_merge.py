"""Merge fields: what may be named, what is refused with its place, and that nothing runs away."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enishi.messaging import merge

FIELDS = merge.Fields(
    {"member.name": "氏名", "member.honorific": "敬称", "member.type": "種別", "member.web": "URL"},
    lists={"orders": merge.Fields({"title": "品名", "price": "金額"})},
)
HANAKO = {
    "member.name": "山田 花子",
    "member.honorific": "様",
    "member.type": "正会員",
    "orders": [{"title": "会報 <合本>", "price": 1200}, {"title": "バッジ", "price": 500}],
}


def made(source: str, values: dict[str, object] | None = None, *, html: bool = False) -> str:
    return merge.parse(source, FIELDS, html=html).render(HANAKO if values is None else values)


def places(source: str) -> list[tuple[int, int]]:
    with pytest.raises(merge.Faults) as wrong:
        merge.parse(source, FIELDS)
    return [(one.line, one.column) for one in wrong.value.faults]


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("{{ member.name }}様", "山田 花子様"),
        ("{{member.name|honorific}}", "山田 花子 様"),
        ("{% if member.type == '正会員' %}A{% else %}B{% endif %}", "A"),
        ('{% if member.type != "正会員" %}A{% elif member.name %}B{% endif %}', "B"),
        ("{% if not member.web and member.name %}A{% endif %}", "A"),
        ("{% if member.web or member.name == '' %}A{% endif %}", ""),
        (
            "{% for o in orders %}{{ o.title }} {{ o.price|number }}円/{% endfor %}",
            "会報 <合本> 1,200円/バッジ 500円/",
        ),
        ("{% for o in orders %}{{ member.name }}{% endfor %}", "山田 花子" * 2),
        ("a {# not this {{ x }} #}b", "a b"),
        ("css { color: red } {x}", "css { color: red } {x}"),
    ],
)
def test_what_it_says(source: str, result: str) -> None:
    assert made(source) == result


def test_fallbacks_and_titles_for_nobody() -> None:
    assert made('{{ member.name|default:"会員" }}様', {}) == "会員様"
    assert made('{{ member.name|default:"会員" }}', {"member.name": "  "}) == "会員"
    assert made("{{ member.name|default('会員') }}", {}) == "会員"
    assert made('{{ member.name | honorific | default( "会員" ) }}', {}) == "会員"
    assert made('{{ member.name|honorific|default:"会員の皆様" }}', {}) == "会員の皆様"
    company = {"member.name": "株式会社あおい", "member.honorific": "御中"}
    assert made("{{ member.name|honorific }}", company) == "株式会社あおい 御中"
    assert merge.honorific_of(organisation=True) == "御中"
    assert merge.honorific_of(organisation=False, language="en") == ""
    template = merge.parse('{{ member.name|default:"x" }}{{ member.type }}', FIELDS)
    assert (template.used, template.bare) == ({"member.name", "member.type"}, {"member.type"})


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("a\nb {{ member.nmae }}", (2, 3)),
        ("{{ settings.SECRET_KEY }}", (1, 1)),
        ("{{ member.name.__class__.__mro__ }}", (1, 1)),
        ("{{ ''.__class__ }}", (1, 1)),
        ("{{ member.name() }}", (1, 1)),
        ("{{ member['name'] }}", (1, 1)),
        ("{{ self._TemplateReference__context }}", (1, 1)),
        ("\n\n {% while true %}x{% endwhile %}", (3, 2)),
        ("{% for i in range(1000000000) %}x{% endfor %}", (1, 1)),
        ("{% for i in member.name %}x{% endfor %}", (1, 1)),
        ("{% include '/etc/passwd' %}", (1, 1)),
        ("{% for o in orders %}{{ o.secret }}{% endfor %}", (1, 22)),
        ("{{ o.title }}", (1, 1)),
        ("{{ member.name", (1, 1)),
        ("あ{% if member.name %}x", (1, 2)),
        ("{% endif %}", (1, 1)),
        ("{{ member.name|evil }}", (1, 1)),
        ('{{ member.name|attr("__class__") }}', (1, 1)),
        ("{{ member.name|default(member.type) }}", (1, 1)),
        ("{{ member.name|default:member.type }}", (1, 1)),
        ("{{ member.name|default(", (1, 1)),
        ("{{ member.name|default() }}", (1, 1)),
        ("あ\n｛｛ member.name ｝｝", (2, 1)),
        ("{{ member.name|default }}", (1, 1)),
        ("{{ }}", (1, 1)),
    ],
)
def test_refused_before_sending_with_its_place(source: str, place: tuple[int, int]) -> None:
    assert place in places(source)


def test_all_mistakes_at_once_and_the_nearest_name() -> None:
    with pytest.raises(merge.Faults) as wrong:
        merge.parse("{{ member.nmae }}\n{{ x }}", FIELDS)
    assert len(wrong.value.faults) == 2
    assert "member.name" in str(wrong.value.faults[0])
    assert wrong.value.details["faults"][1]["line"] == 2


def test_html_is_escaped_and_addresses_are_addresses() -> None:
    evil = {"member.name": '<img src=x onerror="x">', "member.web": "javascript:alert(1)"}
    assert made("{{ member.name }}", evil, html=True) == ("&lt;img src=x onerror=&quot;x&quot;&gt;")
    assert made("{{ member.name }}", evil) == evil["member.name"]
    link = '<a href="{{ member.web }}">'
    assert made(link, evil, html=True) == '<a href="">'
    assert made(link, {"member.web": "https://e.jp/?a=1&b"}, html=True) == (
        '<a href="https://e.jp/?a=1&amp;b">'
    )
    quoted = "{{ member.name|default:&quot;会員&quot; }}"
    assert made(quoted, {}, html=True) == "会員", "editors escape quotes"


def test_everything_is_bounded() -> None:
    many = [{"title": "x", "price": 1}] * 100_000
    assert made("{% for o in orders %}x{% endfor %}", {"orders": many}) == "x" * merge.MOST_ROWS
    twice = "{% for a in orders %}{% for b in orders %}{{ b.title }}{% endfor %}{% endfor %}"
    big = [{"title": "y" * 1000}] * 1000
    began = time.perf_counter()
    with pytest.raises(merge.TooLong):
        made(twice, {"orders": big})
    assert time.perf_counter() - began < 1
    assert places("{% for a in orders %}" * 3 + "{% endfor %}" * 3)
    assert places("{% if member.name %}" * 9 + "{% endif %}" * 9)
    assert places("x" * (merge.LONGEST_SOURCE + 1))


@pytest.mark.parametrize(
    "piece", ["{{", "{%", "{{ member.name|", "{% if ", "{{{%", "{% for a in orders %}"]
)
def test_no_source_takes_long(piece: str) -> None:
    source = piece * (merge.LONGEST_SOURCE // len(piece))
    began = time.perf_counter()
    with pytest.raises(merge.Faults):
        merge.parse(source, FIELDS)
    assert time.perf_counter() - began < 1.5


LETTERS = list("{}%#|:\"'=! .\nif endfor in orders.member.name")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from(LETTERS), max_size=80))
def test_whatever_is_written_is_a_text_or_faults(source: str) -> None:
    faults: list[merge.Fault] = []
    try:
        assert isinstance(merge.parse(source, FIELDS).render(HANAKO), str)
        return
    except merge.Faults as wrong:
        faults = wrong.faults
    assert faults
    assert all(one.line >= 1 and one.column >= 1 and str(one) for one in faults)


@given(st.text(max_size=60))
def test_a_value_is_never_a_template(value: str) -> None:
    assert made("[{{ member.name }}]", {"member.name": value}) == f"[{value}]"
