"""Random rules over the members of ``people``."""

from hypothesis import strategies as st

from . import people
from . import reference as ref

days = st.sampled_from([d.isoformat() for d in people.DAYS if d] + ["2026-11-22", "2024-03-01"])
instants = st.sampled_from(
    [
        "2026-11-20T23:59:59",
        "2026-11-21T00:00:00",
        "2026-11-20T15:00:00Z",
        "2026-10-31T15:00:00+00:00",
        "2024-02-29T12:00:00+09:00",
    ]
)
units = st.sampled_from(["day", "week", "month", "year"])
periods = st.sampled_from(["day", "week", "month", "quarter", "year", "fiscal_year"])
TEXTS = {
    "number": ["T0001", "t0002", "Ｔ０００３", "T00", "9"],
    "family_name": [*people.NAMES, "ﾀﾅｶ", "ヤマ", "たな", "神", "福"],
    "prefecture": [*people.PLACES, "東京", "県"],
    "city": [*people.CITIES, "市", "区", "%", "_", "\\", "Ａ市"],
    "email": ["HANAKO@example.jp", "example", "a.b", "a_b", "@EXAMPLE.JP"],
    "note": ["VIP", "ｖｉｐ", "の方", "テスト", "二行\n", "'; DROP TABLE members_member; --"],
    "phone": ["03-1234-5678", "０９０", "0120", "5678", "ab"],
    "data.fax": ["03-1234-5678", "０９０", "0120"],
    "data.job": ["NURSE", "nurse", "ナース", "Ｎｕｒｓｅ", "医", "é", "É", "2"],
}
PATTERNS = ["^た", "中$", "東京|大阪", "[0-9]+", "^[ァ-ン]+$", "a", "T000[1-5]", "(vip|VIP)"]
TEXT_OPS = ["eq", "ne", "contains", "starts_with", "ends_with"]
ORDER = ["lt", "lte", "gt", "gte"]


@st.composite
def windows(draw, *, of_days):
    shape = draw(st.sampled_from(["last", "next", "named", "ends"]))
    if shape == "named":
        name = draw(st.sampled_from(["this", "previous", "next", "last"]))
        return {name: draw(periods)}
    if shape == "ends":
        value = days if of_days else st.one_of(days, instants)
        ends = draw(st.tuples(value, value))
        which = draw(st.sampled_from([("from", "to"), ("from",), ("to",)]))
        return dict(zip(which, ends, strict=False))
    unit = draw(st.one_of(units, st.sampled_from(["hour", "quarter"])))
    most = {"hour": 800, "day": 400, "week": 60, "month": 30, "quarter": 9, "year": 30}[unit]
    return {shape: draw(st.integers(0, most)), "unit": unit}


def counts(numbers):
    one = st.builds(
        lambda op, n: {"op": op, "value": n}, st.sampled_from(["eq", "ne", *ORDER]), numbers
    )
    pair = st.builds(lambda a, b: {"op": "between", "value": [a, b]}, numbers, numbers)
    return st.one_of(one, pair)


@st.composite
def comparisons(draw, key, kind):
    found = {"field": key}
    if draw(st.integers(0, 9)) == 0:
        return found | {"op": draw(st.sampled_from(["empty", "not_empty"]))}
    if kind in (ref.TEXT, ref.DIGITS):
        words = st.sampled_from(TEXTS.get(key, ["電話", "inquiry", "ご", "相"]))
        shape = draw(st.integers(0, 9))
        if shape == 0:
            found |= {"op": "matches", "value": draw(st.sampled_from(PATTERNS))}
        elif shape < 4:
            op = draw(st.sampled_from(["in", "not_in"]))
            found |= {"op": op, "value": draw(st.lists(words, max_size=4))}
        else:
            found |= {"op": draw(st.sampled_from(TEXT_OPS)), "value": draw(words)}
        if draw(st.booleans()) and kind == ref.TEXT:
            found["exact"] = draw(st.booleans())
        return found
    if kind in (ref.CHOICE, ref.LINK):
        values = {
            "gender": ["male", "female"],
            "status": ["active", "left", "suspended", "applicant"],
            "data.course": [*people.COURSES, "ＧＯＬＤ", "松"],
            "member_type": ["正会員", "準会員", "賛助会員", "無い会員"],
        }.get(key, ["phone", "email", "visit", "letter"])
        one = st.sampled_from(values)
        if draw(st.booleans()):
            return found | {"op": draw(st.sampled_from(["eq", "ne"])), "value": draw(one)}
        return found | {
            "op": draw(st.sampled_from(["in", "not_in"])),
            "value": draw(st.lists(one, max_size=3)),
        }
    if kind == ref.CHOICES:
        names = [*people.TAGS, "ヤクイン", "無い"] if key == "tags" else [*people.CHOICES, "白"]
        op = draw(st.sampled_from(["has_any", "has_all", "has_none"]))
        return found | {"op": op, "value": draw(st.lists(st.sampled_from(names), max_size=3))}
    if kind == ref.TIME:
        times = st.sampled_from(["00:00", "06:30", "12:00", "23:59"])
        op = draw(st.sampled_from(["eq", "ne", "before", "after", *ORDER]))
        return found | {"op": op, "value": draw(times)}
    if kind == ref.FLAG:
        return found | {"op": draw(st.sampled_from(["eq", "ne"])), "value": draw(st.booleans())}
    if kind == ref.NUMBER:
        numbers = st.one_of(st.integers(-10, 110), st.sampled_from([0.5, 29.5, 30, 100]))
        if draw(st.integers(0, 3)) == 0:
            op = draw(st.sampled_from(["in", "not_in"]))
            return found | {"op": op, "value": draw(st.lists(numbers, max_size=4))}
        return found | draw(counts(numbers))
    return found | draw(_dated(kind))


@st.composite
def _dated(draw, kind):
    shape = draw(st.sampled_from(["one", "many", "between", "within", "anniversary", "since"]))
    value = days if kind == ref.DATE else st.one_of(days, instants)
    if shape == "one":
        op = draw(st.sampled_from(["eq", "ne", "on", "before", "after", *ORDER]))
        return {"op": op, "value": draw(days if op == "on" else value)}
    if shape == "many":
        op = draw(st.sampled_from(["in", "not_in"]))
        return {"op": op, "value": draw(st.lists(value, max_size=3))}
    if shape == "between":
        return {"op": "between", "value": [draw(value), draw(value)]}
    if shape == "within":
        return {"op": "within", "value": draw(windows(of_days=kind == ref.DATE))}
    if shape == "anniversary":
        ahead = st.integers(-40, 40)
        value = draw(st.one_of(ahead, windows(of_days=True)))
        return {"op": "anniversary", "value": value}
    some = st.integers(-500, 10_000)
    return {"op": "days_since", "value": draw(st.one_of(some, counts(some)))}


@st.composite
def fields(draw):
    key = draw(st.sampled_from([k for k in people.TYPES if k != "contact"]))
    return draw(comparisons(key, people.TYPES[key]))


@st.composite
def contacts(draw):
    types = people.TYPES["contact"]
    row = st.sampled_from(list(types)).flatmap(lambda key: comparisons(key, types[key]))
    found = {"has": "contact"}
    if draw(st.booleans()):
        found["where"] = draw(st.lists(row, max_size=2))
    if draw(st.integers(0, 2)) == 0:
        found["within"] = draw(windows(of_days=False))
    if draw(st.booleans()):
        found["times"] = draw(counts(st.integers(0, 4)))
    if draw(st.integers(0, 3)) == 0:
        word = draw(st.sampled_from(["first", "last"]))
        found[word] = draw(comparisons("channel", ref.CHOICE))
    if draw(st.integers(0, 3)) == 0:
        word = draw(st.sampled_from(["min", "max"]))
        found[word] = draw(comparisons("next_on", ref.DATE))
    return found


def rules(ends):
    """Trees over these conditions."""
    return st.recursive(
        ends,
        lambda below: st.one_of(
            st.lists(below, max_size=3).map(lambda nodes: {"all": nodes}),
            st.lists(below, max_size=3).map(lambda nodes: {"any": nodes}),
            below.map(lambda node: {"not": node}),
        ),
        max_leaves=6,
    )
