"""What a prompt in words can mean to a model that only reads text; anything else is said to be not understood."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from taskyard.models.local.patterns import Concept


class NotUnderstood(Exception):  # noqa: N818 - a sentence, as refusals are
    """The prompt asks for something that cannot be found by reading."""

    def __init__(self, asked: str) -> None:
        super().__init__(asked)
        self.asked = asked


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for, and the label each thing gets."""

    labels: Mapping[Concept, str]
    quoted: Sequence[tuple[str, str]] = ()


def _names(concept: Concept, names: str) -> dict[str, Concept]:
    singular = [name.strip() for name in names.split(",")]
    plural = {name[:-1] + "ies" if name.endswith("ry") else name + "s": concept for name in singular}
    return dict.fromkeys(singular, concept) | plural


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


PHRASES: dict[str, Concept] = {
    **_names(Concept.TEXT, "text, word, line, letter, character, text line, line of text, writing, string, content"),
    **dict.fromkeys(("everything", "lettering", "lines of text", "transcription", "ocr", "texts"), Concept.TEXT),
    **_names(Concept.TOTAL, "total, sum, grand total, total amount, total price, total sum, amount due, balance due"),
    **_names(Concept.TOTAL, "amount to pay, balance, total cost, amount payable"),
    **_names(Concept.EMAIL, "email, e-mail, mail address, email address, e-mail address"),
    **dict.fromkeys(("mail addresses", "email addresses", "e-mail addresses"), Concept.EMAIL),
    **_names(Concept.PHONE, "phone, telephone, phone number, telephone number, mobile number"),
    **_names(Concept.DATE, "date"),
    **_names(Concept.ITEM, "item, line item, product, article, position, entry, purchase"),
    **_names(Concept.MONEY, "price, amount, cost, amount of money, sum of money, charge, fee, currency amount"),
    **dict.fromkeys(("money", "sums of money", "amounts of money"), Concept.MONEY),
    **_names(Concept.NUMBER, "number, digit, figure, numeral"),
}
DOCUMENTS = _words(
    "receipt receipts invoice invoices bill bills document documents page pages form forms menu menus ticket tickets"
)
PLACES = _words(
    "picture pictures image images photo photos photograph scan scans screenshot label labels sign signs poster screen"
    " paper shop store card list table box"
)
FILLERS = _words(
    "a all an and annotate any are around as at box boxes by can could detect draw each every extract find for from get"
    " give highlight i identify in is it its just label locate look mark me my of on only or our out outline please"
    " put read recognise recognize rectangle rectangles region regions round say says see select show tag that the"
    " their them there these they this those to transcribe transcript want we what where which with write written"
    " would you your contain contains containing have has having like single individual area areas area's polygon"
    " polygons surround surrounding frame using full whole complete copy type up down"
)
NARROWING = _words("with containing contain contains having has have like")
_QUOTES = re.compile(
    r"“([^”]{1,200})”|„([^“”]{1,200})[“”]|«([^»]{1,200})»|\"([^\"]{1,200})\"|(?<!\w)['\u2018]([^'\u2019]{1,200})['\u2019](?!\w)"
)
_WORD = re.compile(r"[^\W_]+(?:[-'\u2019][^\W_]+)*")
_LONGEST_PHRASE = max(len(phrase.split()) for phrase in PHRASES)


def search_for(prompt: str, labels: Sequence[str] = ()) -> Search:
    """Return what the prompt asks for, with a label for each thing; raises NotUnderstood."""
    quoted = [next(filter(None, found)).strip() for found in _QUOTES.findall(prompt)]
    wanted = _concepts(_QUOTES.sub(" ", prompt), has_quotes=bool(quoted))
    if not labels:
        search = {concept: concept.value for concept in wanted or (() if quoted else (Concept.TEXT,))}
        return Search(search, [(text, text) for text in quoted])
    named = {concept: label for label in reversed(labels) if (concept := concept_of(label)) is not None}
    if not wanted and not quoted:
        if not named:
            raise NotUnderstood(f"find {_listed(labels)} by reading")
        return Search(named)
    return Search(_labelled(wanted, named, labels), [(text, _label_of(text, named, labels)) for text in quoted])


def concept_of(label: str) -> Concept | None:
    """Return what a label's name stands for, `line_item` and `Amount due` included, or None."""
    return PHRASES.get(" ".join(_WORD.findall(label.casefold().replace("_", " "))))


def _concepts(prompt: str, *, has_quotes: bool) -> list[Concept]:
    words = [word.replace("\u2019", "'") for word in _WORD.findall(prompt.casefold())]
    found: list[Concept] = []
    strange: list[str] = []
    mentions_document = False
    place = 0
    while place < len(words):
        length, concept = _phrase_at(words, place)
        before = words[place - 1] if place else ""
        word = words[place]
        if concept is Concept.NUMBER and before in DOCUMENTS:
            strange.append(f"{before} {word}")  # an invoice number is not any number
        elif concept is not None:
            found.append(concept)
        elif word in DOCUMENTS:
            mentions_document = True
        elif word not in FILLERS and word not in PLACES:
            strange.append(word)
        place += length
    if strange:
        raise NotUnderstood(f"look for “{' '.join(strange)[:120]}”")
    if not found and not has_quotes and words and not mentions_document:
        raise NotUnderstood(f"tell what “{prompt.strip()[:120]}” asks for")
    if NARROWING & set(words) or has_quotes:
        found = [concept for concept in found if concept is not Concept.TEXT] or ([] if has_quotes else found)
    return list(dict.fromkeys(found))


def _phrase_at(words: Sequence[str], place: int) -> tuple[int, Concept | None]:
    for length in range(min(_LONGEST_PHRASE, len(words) - place), 0, -1):
        concept = PHRASES.get(" ".join(words[place : place + length]))
        if concept is not None:
            return length, concept
    return 1, None


def _labelled(wanted: Iterable[Concept], named: Mapping[Concept, str], labels: Sequence[str]) -> dict[Concept, str]:
    chosen: dict[Concept, str] = {}
    for concept in wanted:
        if concept in named:
            chosen[concept] = named[concept]
        elif concept is Concept.TEXT and named:
            chosen |= named
        elif len(labels) == 1 or Concept.TEXT in named:
            chosen[concept] = named.get(Concept.TEXT, labels[0])
        else:
            raise NotUnderstood(f"tell which of the labels {_listed(labels)} each {concept.value} gets")
        if concept is Concept.TEXT:
            chosen |= named
    return chosen


def _label_of(text: str, named: Mapping[Concept, str], labels: Sequence[str]) -> str:
    same = next((label for label in labels if label.casefold() == text.casefold()), None)
    if same is not None:
        return same
    if len(labels) == 1 or Concept.TEXT in named:
        return named.get(Concept.TEXT, labels[0])
    concept = concept_of(text)
    if concept is not None and concept in named:
        return named[concept]
    raise NotUnderstood(f"tell which of the labels {_listed(labels)} “{text}” gets")


def _listed(labels: Sequence[str]) -> str:
    shown = [f"“{label[:40]}”" for label in labels[:8]]
    return ", ".join([*shown, "…"] if len(labels) > len(shown) else shown)
