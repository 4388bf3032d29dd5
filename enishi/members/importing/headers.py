"""What a column's heading means: Japanese and English words for the fields of a member.

Besides the fields themselves a column may hold a whole ``name``, ``kana`` or ``address``, which
is split into its parts.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from django.conf import settings
from django.utils import translation

from enishi.members.fields import BUILT_IN

IGNORE = "ignore"
NAME, KANA, ADDRESS = "name", "kana", "address"

_WORDS: dict[str, str] = {
    "number": """会員番号 会員no 会員ナンバー 会員id 会員コード 管理番号 登録番号 名簿番号 顧客番号
        顧客コード 顧客id 会員証番号 整理番号 member_number member_no member_id membership_number
        membership_no membership_id member# member_code number customer_id customer_number""",
    "kind": """個人法人 個人法人区分 法人個人区分 法人区分 個人/法人 法人/個人 kind entity_type
        person_or_organisation person_or_organization""",
    "member_type": """会員種別 会員区分 会員種類 会員の種類 種別 区分 会員資格 資格 会員タイプ 会員クラス
        会員ランク 会員カテゴリ 種類 member_type membership_type type category membership
        membership_category member_category membership_level class membership_class""",
    "status": """状態 ステータス 会員状態 会員ステータス 在籍状況 在籍状態 会員状況 在籍 status
        member_status membership_status""",
    NAME: """氏名 名前 お名前 姓名 会員名 ご氏名 ご芳名 芳名 フルネーム 漢字氏名 氏名漢字 名前漢字 お名前漢字 会員氏名
        代表者氏名 代表者名 担当者名 担当者氏名 name full_name fullname member_name display_name""",
    KANA: """フリガナ ふりがな カナ かな カナ氏名 氏名カナ 氏名フリガナ 氏名ふりがな 氏名かな 名前カナ
        お名前カナ お名前フリガナ お名前ふりがな 名前フリガナ 名前ふりがな 会員名カナ 会員名フリガナ 姓名カナ ヨミガナ よみがな 読み
        読み仮名 読みがな ヨミ よみ 振り仮名 振仮名 仮名 カナ名 半角カナ 全角カナ カタカナ 片仮名
        kana name_kana kana_name furigana phonetic phonetic_name full_name_kana name_reading
        yomi yomigana katakana""",
    "family_name": """姓 氏 苗字 名字 姓漢字 漢字姓 名前姓 氏名姓 お名前姓 family_name last_name lastname
        surname familyname sei""",
    "given_name": """名 名漢字 漢字名 名前名 氏名名 お名前名 下の名前 given_name first_name firstname
        forename givenname mei""",
    "family_name_kana": """セイ せい 姓カナ 姓かな 姓フリガナ 姓ふりがな 姓ヨミ 姓読み 姓よみ カナ姓 かな姓
        フリガナ姓 フリガナセイ ふりがな姓 ふりがなせい カナセイ 氏カナ 氏フリガナ 苗字カナ 苗字フリガナ
        名字カナ 姓ヨミガナ 姓片仮名 姓カタカナ
        family_name_kana last_name_kana surname_kana lastname_kana family_kana last_kana
        kana_family_name kana_last_name last_name_phonetic family_name_phonetic sei_kana kana_sei
        family_name_furigana last_name_furigana last_name_reading family_name_reading""",
    "given_name_kana": """メイ めい 名カナ 名かな 名フリガナ 名ふりがな 名ヨミ 名読み 名よみ カナ名前 フリガナ名
        フリガナメイ ふりがな名 ふりがなめい カナメイ かな名 下の名前カナ 名ヨミガナ 名片仮名 名カタカナ
        given_name_kana first_name_kana firstname_kana given_kana first_kana kana_given_name
        kana_first_name first_name_phonetic given_name_phonetic mei_kana kana_mei
        given_name_furigana first_name_furigana first_name_reading given_name_reading""",
    "former_name": """旧姓 旧氏名 旧名 旧姓名 former_name maiden_name previous_name birth_name""",
    "organisation_name": """会社名 法人名 団体名 組織名 企業名 社名 勤務先 勤務先名 所属 所属先 所属団体 学校名
        貴社名 御社名 事業所名 機関名 屋号 法人名称 団体名称 会社 法人 所属機関 勤務先名称
        organisation_name organization_name
        organisation organization company company_name employer affiliation institution""",
    "organisation_name_kana": """会社名カナ 法人名カナ 団体名カナ 組織名カナ 企業名カナ 社名カナ 法人名フリガナ
        会社名フリガナ 団体名フリガナ 組織名フリガナ 企業名フリガナ 社名フリガナ
        organisation_name_kana organization_name_kana company_name_kana company_kana""",
    "gender": "性別 性 男女 男女別 gender sex",
    "birth_date": """生年月日 誕生日 お誕生日 生年月日西暦 生年月日和暦 出生日 生まれ birth_date birthdate
        date_of_birth dob birthday born born_on""",
    "language": "言語 使用言語 language lang locale preferred_language",
    "email": """メールアドレス メール eメール eメールアドレス 電子メール 電子メールアドレス email e-mail mail
        mailaddress mail_address email_address pcメール メルアド メアド アドレスメール pcメールアドレス
        連絡先メール 連絡用メールアドレス primary_email""",
    "phone": """電話 電話番号 tel 固定電話 自宅電話 自宅電話番号 電話番号自宅 連絡先電話番号 連絡先 自宅tel
        tel自宅 固定電話番号 代表電話 代表電話番号 電話自宅 ご連絡先 telno 電話no phone phone_number
        telephone home_phone landline telephone_number tel_no phone1 tel1 電話1 電話番号1 会社電話""",
    "mobile": """携帯 携帯電話 携帯電話番号 携帯番号 モバイル 携帯tel tel携帯 電話携帯 電話番号携帯 スマホ
        スマートフォン ケータイ 携帯no mobile mobile_phone cell cell_phone cellphone mobile_number
        cell_number mobile_phone_number smartphone phone2 tel2 電話2 電話番号2 keitai""",
    "postal_code": """〒 郵便番号 郵便 郵便no 〒番号 郵便番号自宅 自宅郵便番号 postal_code postcode zip
        zip_code zipcode post_code postal 郵便コード""",
    "prefecture": "都道府県 都道府県名 県 府県 県名 住所都道府県 prefecture state province pref region 住所県",
    "city": """市区町村 市町村 市区郡 市区 市区町村名 市区郡町村 市 住所市区町村 市町村名 郡市区 city
        municipality town_city city_name 郡市区町村""",
    "address_line": """番地 町名番地 町名・番地 町域番地 丁目番地 町域 町名 以降の住所 町名以降 それ以降の住所
        市区町村以降 町名地番 所在地番地 字番地 町村番地 番地等 住所番地 地番 町丁目番地 大字番地 丁目 街区
        address_line address_line1 address_line_1 street street_address address_1 addr1
        street_line_1 town_and_block""",
    "building": """建物 建物名 建物名等 マンション名 ビル名 建物名部屋番号 建物部屋番号 建物名・部屋番号 方書
        アパート名 マンション アパートマンション名 マンションビル名 号室 住所建物 建物名称 部屋番号 住所2 住所3
        建物名号室 マンション建物名 ビルマンション名 ビル建物名 建物名その他 住所建物名
        building building_name apartment address_line2 address_line_2 address2 address_2 addr2
        apt suite unit""",
    ADDRESS: """住所 ご住所 自宅住所 現住所 所在地 住所1 住所自宅 送付先 送付先住所 連絡先住所 お届け先 住所全体
        本籍 会社住所 address full_address home_address mailing_address address1 postal_address
        location""",
    "country": "国 国名 国籍 居住国 country nation country_code",
    "owner": "担当 担当者 担当職員 担当スタッフ 内部担当 owner staff account_owner assigned_to",
    "source": """入会経路 きっかけ 入会のきっかけ 入会動機 知ったきっかけ 流入元 紹介元 申込経路 認知経路 source
        how_they_found_us referral lead_source referred_by how_did_you_hear""",
    "joined_on": """入会日 入会年月日 加入日 登録日 入会 加入年月日 登録年月日 会員登録日 入会日付 開始日
        会員開始日 joined joined_on join_date date_joined joined_date joined_at member_since
        enrollment_date enrolment_date start_date registration_date registered_on joining_date
        since signup_date membership_start""",
    "left_on": """退会日 退会年月日 退会 脱会日 脱退日 退会日付 解約日 終了日 資格喪失日 会員終了日 left
        left_on leave_date date_left left_date withdrawal_date end_date resigned_on resigned
        cancelled_on left_at leaving_date membership_end withdrawn_on""",
    "deceased_on": "逝去日 死亡日 没年月日 命日 ご逝去日 deceased deceased_on date_of_death died_on",
    "note": """備考 メモ 特記事項 摘要 コメント 備考欄 ノート 連絡事項 その他 注記 note notes remark remarks
        memo comment comments""",
    IGNORE: """通番 連番 行番号 #  項番 年齢 満年齢 在籍年数 age row row_number serial years tenure""",
}

_PARENTHESIS = re.compile(r"[(\[【〔<「『{].*?[)\]】〕>」』}]")
_NOISE = re.compile(r"[\s_\-‐−–—・･/\\.,、。:;*※'\"`()\[\]【】〔〕<>「」『』{}|~〜&+]+")


def fold(heading: str) -> str:
    """A heading without width, case, spaces, punctuation and marks such as 必須."""
    text = unicodedata.normalize("NFKC", heading).lower()
    text = re.sub(r"[(\[【]?(必須|任意|required|optional)[)\]】]?", "", text)
    return _NOISE.sub("", text)


def fold_variants(heading: str) -> list[str]:
    """Ways to read a heading: all of it; then without what stands in parentheses.

    Of 住所1(都道府県) what stands in them says more than the rest.
    """
    text = unicodedata.normalize("NFKC", heading)
    outer = fold(_PARENTHESIS.sub("", text))
    inner = [fold(match[0]) for match in _PARENTHESIS.finditer(text)]
    address = outer.startswith(("住所", "所在地", "address")) and bool(inner)
    return list(dict.fromkeys([fold(text), *(inner if address else ()), outer]))


@cache
def _dictionary() -> dict[str, str]:
    return {fold(word): field for field, words in _WORDS.items() for word in words.split()}


@cache
def _labels() -> dict[str, str]:
    """What our own exports write above their columns, in either language."""
    found: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for key, field in BUILT_IN.items():
                found.setdefault(fold(str(field.label)), key)
                found.setdefault(fold(key), key)
    return found


def meanings(heading: str) -> list[str]:
    """The fields that ``heading`` may name, the likeliest first.

    Two where our own label is elsewhere a word for something else: 区分 is person or organisation
    to us, and the member type in many lists.
    """
    for folded in fold_variants(heading):
        found = [words[folded] for words in (_labels(), _dictionary()) if folded in words]
        if folded and found:
            return list(dict.fromkeys(found))
    folded = fold(heading)
    usual = (target for pattern, target in _USUAL if re.search(pattern, folded))
    target = next(usual, "")
    return [target] if target else []


_USUAL = (  # headings that are not in the dictionary, but say enough
    (r"可否|希望|配信|理由|方法|状況", ""),
    (r"建物|マンション|アパート|ビル名|部屋番号|bldg", "building"),
    (r"都道府県", "prefecture"),
    (r"市区町村|市町村", "city"),
    (r"番地|町域", "address_line"),
    (r"(携帯|mobile|cell).*(電話|番号|tel|phone|no|$)", "mobile"),
    (r"郵便|〒|zip|postal", "postal_code"),
    (r"(電話|tel|phone)(番号|no)?\d?$", "phone"),
    (r"(メール|mail)(アドレス|address)?\d?$", "email"),
    (r"生年月日|誕生日|birth", "birth_date"),
    (r"(入会|加入).*日", "joined_on"),
    (r"(退会|脱会|脱退).*日", "left_on"),
    (r"会員(番号|no|id|コード)", "number"),
    (r"会員.*(種別|区分|種類)", "member_type"),
)
WEAK = {"id": "number", "コード": "number", "code": "number", "番号": "number", "no": "number"}


def weak_meaning(heading: str) -> str:
    """What a heading means where no other column means it more clearly."""
    return WEAK.get(fold(heading), "")


def known_headers(record: Iterable[str]) -> int:
    """How many cells of a row name different fields."""
    return len({found[0] for cell in record if cell.strip() and (found := meanings(cell))})
