"""What words can mean to a model that reads text, and what they cannot."""

from __future__ import annotations

import pytest

from taskyard.models.local import patterns
from taskyard.models.local.patterns import Concept
from taskyard.models.local.prompts import NotUnderstood, Search, search_for


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        ("", {Concept.TEXT}),
        ("Find all text in this picture", {Concept.TEXT}),
        ("Annotate this receipt", {Concept.TEXT}),
        ("mark every word", {Concept.TEXT}),
        ("every line item", {Concept.ITEM}),
        ("Draw a box round every item and the grand total, please.", {Concept.ITEM, Concept.TOTAL}),
        ("prices & dates", {Concept.MONEY, Concept.DATE}),
        ("lines with a date", {Concept.DATE}),
        ("text and dates", {Concept.TEXT, Concept.DATE}),
        ("Where is the amount due on the invoice?", {Concept.TOTAL}),
        ("phone numbers", {Concept.PHONE}),
        ("numbers", {Concept.NUMBER}),
        ("E-mail addresses", {Concept.EMAIL}),
    ],
)
def test_a_prompt_about_text_is_understood(prompt: str, wanted: set[Concept]) -> None:
    assert set(search_for(prompt).labels) == wanted


@pytest.mark.parametrize(
    ("prompt", "strange"),
    [
        ("the red car", "“red car”"),
        ("cracks in concrete", "“cracks concrete”"),
        ("the largest text", "“largest”"),
        ("all text except dates", "“except”"),
        ("count the items", "“count”"),
        ("invoice number", "“invoice number”"),
        ("find it", "“find it”"),
        ("标出所有价格", "标出"),
    ],
)
def test_a_prompt_about_anything_else_is_not_understood(prompt: str, strange: str) -> None:
    with pytest.raises(NotUnderstood) as unclear:
        search_for(prompt)
    assert strange in unclear.value.asked


def test_quoted_words_are_looked_for_as_they_are() -> None:
    assert search_for('the line containing "red car"') == Search({}, [("red car", "red car")])
    assert search_for("“Total” and the date").quoted == [("Total", "Total")]
    assert set(search_for("“Total” and the date").labels) == {Concept.DATE}
    assert search_for("text that says 'hello'").quoted == [("hello", "hello")]


@pytest.mark.parametrize(
    ("prompt", "labels", "given"),
    [
        ("every item", ["line_item", "total"], {Concept.ITEM: "line_item"}),
        ("", ["Amount due", "date"], {Concept.TOTAL: "Amount due", Concept.DATE: "date"}),
        ("all text", ["date", "text"], {Concept.DATE: "date", Concept.TEXT: "text"}),
        ("all text", ["thing"], {Concept.TEXT: "thing"}),
        ("all dates", ["thing"], {Concept.DATE: "thing"}),
    ],
)
def test_labels_go_to_what_their_names_mean(prompt: str, labels: list[str], given: dict[Concept, str]) -> None:
    assert dict(search_for(prompt, labels).labels) == given


@pytest.mark.parametrize(("prompt", "labels"), [("", ["car", "bus"]), ("all prices", ["good", "bad"])])
def test_labels_that_reading_cannot_tell_apart_are_not_understood(prompt: str, labels: list[str]) -> None:
    with pytest.raises(NotUnderstood, match=labels[0]):
        search_for(prompt, labels)


@pytest.mark.parametrize("text", ["2026-11-22", "Date: 22/11/26", "22. Nov 2026", "November 22nd, 2026", "1.2.2026"])
def test_dates_are_known(text: str) -> None:
    assert patterns.has_date(text)
    assert not patterns.has_money(text)


@pytest.mark.parametrize("text", ["3.50", "$17.40", "EUR 5", "1,234.56", "12,90 €", "Coffee 3.50", "5 USD", "1.234,56"])
def test_amounts_are_known(text: str) -> None:
    assert patterns.has_money(text)
    assert not patterns.has_date(text)


@pytest.mark.parametrize("text", ["Coffee", "12 Market Street", "version 1.2.3", "2026", "10.0.0.1", "50%"])
def test_other_numbers_are_not_amounts(text: str) -> None:
    assert not patterns.has_money(text)


def test_telephone_numbers_are_known_from_dates_and_amounts() -> None:
    assert patterns.has_phone("Tel. +1 555 010 2030")
    assert patterns.has_phone("(030) 1234 5678")
    assert patterns.has_phone("call 555 0102 030")
    assert not patterns.has_phone("2026-11-22")
    assert not patterns.has_phone("3.50")
    assert not patterns.has_phone("12 Market Street 4")


def test_a_subtotal_is_neither_the_total_nor_an_item() -> None:
    assert patterns.is_total("TOTAL $17.40")
    assert not patterns.is_total("Subtotal 15.00")
    assert not patterns.is_item("Sub-total 15.00")
    assert not patterns.is_item("VAT 20% 2.90")
    assert patterns.is_item("Coffee 3.50")
