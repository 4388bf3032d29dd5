"""The statements that make lives, members and status periods out of the tables of drawing.py."""

# ruff: noqa: E501 (kanji count double)

from .drawing import GIVEN_SLOTS, SLOTS, TOWNS


def _dice(salt: int, of: str = "id") -> str:
    """A whole number ≥ 0 that looks random but is the same for the same member and salt."""
    return f"(hashint8extended({of}, {salt}) & 1099511627775)"


def _share(salt: int, of: str = "id") -> str:
    """A number from 0 up to 1, by the same means."""
    return f"({_dice(salt, of)} / 1099511627776.0::float8)"


# Who becomes what. The longer somebody has been a member, the likelier it is that they have left,
# most often at the end of a fiscal year. ``since`` is when the first period begins.
LIVES = f"""
    CREATE TEMPORARY TABLE seed_life ON COMMIT DROP AS
    WITH drawn AS (
        SELECT id, nature.*, day, %(today)s::date - day AS tenure,
            {_share(1)} AS fate, {_share(2)} AS turn
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS id
        JOIN seed_nature AS nature ON nature.slot = {_dice(3)} %% {SLOTS}
        JOIN seed_day AS joining ON joining.slot = {_dice(4)} %% {SLOTS}
    ), fates AS (
        SELECT id, type_id, kind, age, reason_id, day, tenure, fate, turn,
            CASE
                WHEN fate < 0.005 THEN 'applicant'
                WHEN fate < 0.007 THEN 'provisional'
                WHEN fate < 0.008 THEN 'refused'
                WHEN tenure > 150 AND fate < 1 - exp(-0.05::float8 * tenure / 365) THEN 'left'
                WHEN tenure > 200 AND fate > 0.985 THEN 'suspended'
                ELSE 'active'
            END AS status
        FROM drawn
    ), days AS (
        SELECT *,
            CASE WHEN status IN ('applicant', 'provisional', 'refused')
                THEN %(today)s::date - (turn * 40)::int ELSE day END AS since,
            CASE WHEN status = 'left' THEN day + 60 + (turn * (tenure - 60))::int END AS some_day,
            CASE
                WHEN status = 'suspended' THEN %(today)s::date - 20 - (turn * 160)::int
                WHEN status = 'active' AND tenure > 1200 AND fate > 0.93
                THEN day + 100 + (turn * (tenure - 700))::int
            END AS paused_on
        FROM fates
    )
    SELECT id, type_id, kind, age, reason_id, status, since, paused_on,
        CASE WHEN status = 'active' THEN paused_on + 365 END AS back_on,
        CASE WHEN status NOT IN ('applicant', 'provisional', 'refused') THEN since END AS joined_on,
        CASE WHEN status = 'left' THEN
            CASE WHEN make_date(extract(year FROM some_day)::int, 4, 1)
                    BETWEEN since + 30 AND %(today)s::date
                THEN make_date(extract(year FROM some_day)::int, 4, 1) ELSE some_day END
        END AS left_on
    FROM days
"""

MEMBERS = f"""
    INSERT INTO members_member (
        id, number, kind, type_id, status, family_name, given_name, family_name_kana,
        given_name_kana, former_name, organisation_name, organisation_name_kana, gender,
        birth_date, language, email, phone, mobile, postal_code, prefecture, city, address_line,
        building, country, source, joined_on, left_on, note, data, search, version,
        created_at, updated_at
    )
    SELECT id, number, kind, type_id, status, family_name, given_name, family_kana, given_kana,
        '', organisation_name, organisation_kana, gender, birth_date, 'ja', email, phone, mobile,
        postal_code, prefecture, city, address_line, building, 'JP', source, joined_on, left_on,
        note, data,
        concat_ws(' ', lower(number), family_search || given_search, family_kana || given_kana,
            nullif(organisation_search, ''), nullif(organisation_kana, ''), nullif(email, ''),
            nullif(phone, ''), nullif(mobile, '')),
        1, %(now)s, %(now)s - make_interval(secs => {_dice(30)} %% 63072000)
    FROM (
        SELECT life.id, given_number.before || lpad(given_number.seq::text,
                greatest(given_number.width, length(given_number.seq::text)), '0')
                || given_number.after AS number, life.kind, life.type_id, life.status,
            family.text AS family_name, given.text AS given_name,
            family.kana AS family_kana, given.kana AS given_kana,
            family.search AS family_search, given.search AS given_search,
            coalesce(organisation.name || town.city || '支店', '') AS organisation_name,
            coalesce(organisation.search || town.search || '支店', '') AS organisation_search,
            coalesce(organisation.kana, '') AS organisation_kana,
            CASE WHEN life.kind = 'person' THEN life.gender ELSE '' END AS gender,
            CASE WHEN life.kind = 'person' AND {_dice(11, "life.id")} %% 16 > 0
                THEN make_date(life.born, 1, 1) + ({_dice(12, "life.id")} %% 365)::int
            END AS birth_date,
            CASE WHEN {_dice(13, "life.id")} %% 8 > 0 THEN
                given.latin || '.' || family.latin || ({_dice(14, "life.id")} %% 9990)::text
                || (ARRAY['@example.jp', '@example.com', '@mail.example.co.jp',
                    '@mobile.example.ne.jp'])[1 + ({_dice(15, "life.id")} %% 4)::int]
            ELSE '' END AS email,
            CASE WHEN life.kind <> 'person' OR {_dice(16, "life.id")} %% 3 = 0 THEN
                left(town.area || '0' || lpad(({_dice(17, "life.id")} %% 100000000)::text, 8, '0'), 10)
            ELSE '' END AS phone,
            CASE WHEN life.kind = 'person' AND {_dice(18, "life.id")} %% 10 > 0 THEN
                '0' || (7 + {_dice(19, "life.id")} %% 3)::text || '00'
                || lpad(({_dice(20, "life.id")} %% 10000000)::text, 7, '0')
            ELSE '' END AS mobile,
            town.postal_code, town.prefecture, town.city,
            town.town || (1 + {_dice(21, "life.id")} %% 6)::text
                || '-' || (1 + {_dice(22, "life.id")} %% 30)::text
                || '-' || (1 + {_dice(23, "life.id")} %% 25)::text AS address_line,
            CASE WHEN {_dice(24, "life.id")} %% 5 < 2 THEN
                (ARRAY['グリーンハイツ', 'コーポ青葉', '若葉マンション', 'メゾン広瀬', 'ハイツけやき'])
                    [1 + ({_dice(25, "life.id")} %% 5)::int]
                || ' ' || (101 + {_dice(26, "life.id")} %% 12 + 100 * ({_dice(27, "life.id")} %% 9))::text
            ELSE '' END AS building,
            (ARRAY['', '', 'ホームページ', '会員の紹介', '会報', 'イベント参加', 'チラシ'])
                [1 + ({_dice(28, "life.id")} %% 7)::int] AS source,
            CASE WHEN {_dice(29, "life.id")} %% 25 = 0 THEN '電話は平日の午前中を希望' ELSE '' END
                AS note,
            CASE WHEN {_dice(31, "life.id")} %% 8 = 0 THEN '{{}}'::jsonb
                ELSE jsonb_build_object('points', {_dice(32, "life.id")} %% 1000, 'job',
                    (ARRAY['会社員', '会社員', '会社員', '看護師', '教員', '公務員', '自営業', '学生',
                        '主婦・主夫', '医師', '研究者', '無職'])[1 + ({_dice(33, "life.id")} %% 12)::int])
            END AS data,
            life.joined_on, life.left_on
        FROM (
            SELECT *, extract(year FROM since)::int - age AS born,
                CASE WHEN {_dice(5)} %% 100 < 54 THEN 'female' ELSE 'male' END AS gender
            FROM seed_life
        ) AS life
        JOIN seed_number AS given_number USING (id)
        JOIN seed_family AS family ON family.slot = {_dice(6, "life.id")} %% {SLOTS}
        JOIN seed_given AS given ON given.slot =
            (2 * CASE WHEN born < 1950 THEN 0 WHEN born < 1965 THEN 1 WHEN born < 1980 THEN 2
                WHEN born < 1995 THEN 3 ELSE 4 END + (life.gender = 'female')::int) * {GIVEN_SLOTS}
            + {_dice(7, "life.id")} %% {GIVEN_SLOTS}
        JOIN seed_town AS town ON town.slot = {_dice(8, "life.id")} %% {TOWNS}
        LEFT JOIN seed_organisation AS organisation
            ON life.kind = 'organisation' AND organisation.slot = {_dice(9, "life.id")} %% 1024
    ) AS made
    ORDER BY id
"""

# One to three stretches for each life: active, then left or suspended, then perhaps active again.
PERIODS = """
    INSERT INTO members_statusperiod
        (member_id, status, type_id, from_on, to_on, reason_id, note, recorded_at)
    SELECT life.id, stretch.status, life.type_id, stretch.from_on, stretch.to_on,
        CASE WHEN stretch.status = 'left' THEN life.reason_id END, '', %(now)s
    FROM seed_life AS life
    CROSS JOIN LATERAL (
        VALUES
            (CASE WHEN joined_on IS NULL THEN life.status ELSE 'active' END,
                since, coalesce(paused_on, left_on)),
            ('suspended', paused_on, back_on),
            ('active', back_on, NULL),
            ('left', left_on, NULL)
    ) AS stretch (status, from_on, to_on)
    WHERE stretch.from_on IS NOT NULL
"""

# One in twelve has a tag, a few have two.
TAG_NAMES = ("役員", "優良", "要連絡")
TAGS = """
    INSERT INTO members_membertag (member_id, tag_id)
    SELECT life.id, tag.id
    FROM seed_life AS life
    JOIN (VALUES ('役員', 40, 2), ('優良', 41, 50), ('要連絡', 42, 30)) AS drawn (name, salt, share)
        ON hashint8extended(life.id, salt) & 1023 < share
    JOIN members_tag AS tag USING (name)
"""

SEARCH_ENTRIES = """
    INSERT INTO members_searchentry (member_id, search)
    SELECT id, search FROM members_member WHERE id BETWEEN %(first)s AND %(last)s ORDER BY id
"""
