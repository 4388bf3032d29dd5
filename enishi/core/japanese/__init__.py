"""Japanese text, names, dates, numbers and addresses, read without guessing."""

from enishi.core.japanese.addresses import Address, address, address_of_columns, certain_town
from enishi.core.japanese.dates import date, era_date
from enishi.core.japanese.names import person_name
from enishi.core.japanese.phones import phone
from enishi.core.japanese.postal import Place, postal_code, postal_lookup, prefectures
from enishi.core.japanese.sentences import MSGIDS, Unclear
from enishi.core.japanese.text import SEARCHED_AS, as_written, fold, katakana, search_text
from enishi.core.japanese.values import choices, email, gender, money, yes_no
from enishi.core.japanese.variants import variants_folded

__all__ = [
    "MSGIDS",
    "SEARCHED_AS",
    "Address",
    "Place",
    "Unclear",
    "address",
    "address_of_columns",
    "as_written",
    "certain_town",
    "choices",
    "date",
    "email",
    "era_date",
    "fold",
    "gender",
    "katakana",
    "money",
    "person_name",
    "phone",
    "postal_code",
    "postal_lookup",
    "prefectures",
    "search_text",
    "variants_folded",
    "yes_no",
]
