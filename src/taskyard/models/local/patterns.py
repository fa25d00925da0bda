"""What a line of text is: a date, an amount of money, an address, a total."""

from __future__ import annotations

import re
from enum import Enum


class Concept(Enum):
    """Something the text model can tell from the words alone; the value is the label it gets when none is wanted."""

    QUOTED = "match"
    TOTAL = "total"
    EMAIL = "email"
    PHONE = "phone"
    DATE = "date"
    ITEM = "item"
    MONEY = "amount"
    NUMBER = "number"
    TEXT = "text"


_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    rf"\b(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:\d{{4}}|\d{{2}})"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\.?\s*{_MONTH}\.?,?\s*\d{{2,4}}|{_MONTH}\.?\s*\d{{1,2}}(?:st|nd|rd|th)?,?\s*\d{{4}})\b",
    re.IGNORECASE,
)
_CURRENCY = r"(?:[$€£¥₹]|\b(?:usd|eur|gbp|chf|jpy|inr|cad|aud|pln|sek|nok|dkk|kr)\b)"
_WHOLE = r"\d{1,3}(?:[,.' ]\d{3})+|\d+"
_MONEY = re.compile(
    rf"(?:{_CURRENCY}\s*-?(?:{_WHOLE})(?:[.,]\d{{1,2}})?(?!\d)|(?<![\d.,/-])(?:{_WHOLE})[.,]\d{{2}}(?![\d.,/-]\d|\d)"
    rf"|(?<!\d)(?:{_WHOLE})\s*{_CURRENCY})",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w.,])(?:\+\d{1,3}[\s.()-]*)?\(?\d{2,5}\)?(?:[\s.()/-]{1,2}\d{2,5}){1,5}(?!\w)")
_PHONE_WORD = re.compile(r"\b(?:tel|phone|mobile|fax|call)\b", re.IGNORECASE)
_PHONE_DIGITS = range(7, 16)
_TOTAL = re.compile(
    r"\b(?:(?:grand\s*)?total|sum|amount\s*(?:due|payable)|balance(?:\s*due)?|to\s*pay|summe|gesamt(?:betrag)?|importe)\b",
    re.IGNORECASE,
)
_NOT_THE_TOTAL = re.compile(r"\bsub\W?total\b", re.IGNORECASE)
_NOT_AN_ITEM = re.compile(
    r"\b(?:sub\W?total|tax|vat|gst|mwst|tip|gratuity|change|cash|card|visa|mastercard|paid|payment|discount|rounding)\b",
    re.IGNORECASE,
)


def has_date(text: str) -> bool:
    """Say whether a date stands in the text."""
    return _DATE.search(text) is not None


def has_money(text: str) -> bool:
    """Say whether an amount of money stands in the text: a currency sign, or two decimals that are no date."""
    return _MONEY.search(_DATE.sub(" ", text)) is not None


def has_email(text: str) -> bool:
    """Say whether an e-mail address stands in the text."""
    return _EMAIL.search(text) is not None


def has_phone(text: str) -> bool:
    """Say whether a telephone number stands in the text: a plus or a word for telephone makes it one, or its groups."""
    for found in _PHONE.finditer(_DATE.sub(" ", text)):
        digits = sum(character.isdigit() for character in found.group())
        if digits in _PHONE_DIGITS and ("+" in found.group() or _PHONE_WORD.search(text) or _is_grouped(found.group())):
            return True
    return False


def _is_grouped(number: str) -> bool:
    groups = re.findall(r"\d+", number)
    return len(groups) > len(("area", "number")) and "." not in number.strip(".")


def is_total(text: str) -> bool:
    """Say whether the text names the sum to pay."""
    return _TOTAL.search(_NOT_THE_TOTAL.sub(" ", text)) is not None


def is_item(row: str) -> bool:
    """Say whether a row is a line item: it has a name and an amount, and is no total, tax or payment."""
    named = re.search(r"[^\W\d_]{2,}", _MONEY.sub(" ", row)) is not None
    return named and has_money(row) and not is_total(row) and _NOT_AN_ITEM.search(row) is None


def has_number(text: str) -> bool:
    """Say whether a digit stands in the text."""
    return any(character.isdigit() for character in text)


def contains(text: str, wanted: str) -> bool:
    """Say whether the text contains the wanted words, whatever their case and spacing."""
    return _even(wanted) in _even(text)


def _even(text: str) -> str:
    return " ".join(text.casefold().split())
