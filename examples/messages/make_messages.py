"""Make the sample messages: the same 500 on every machine.

    python examples/messages/make_messages.py                 # into examples/messages
    python examples/messages/make_messages.py --to /tmp/out

Every message is put together from phrases of its language and topic, then greeted, quoted, shouted, shortened or
mistyped as its channel suggests. Only `Random.random()` is drawn from, whose numbers do not change between Pythons.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml

HERE = Path(__file__).parent
SEED = 20261122
HOW_MANY = {"en": 250, "es": 130, "de": 120}
TOPICS = {"billing": 20, "delivery": 22, "returns": 17, "login": 13, "bug": 12, "praise": 7, "other": 9}
CHANNELS = {"email": 36, "chat": 27, "form": 19, "phone": 9, "social": 9}
LISTED = {"product", "place", "device", "name"}
AMOUNTS = {
    "en": ("£{}.{:02d}", "${}.{:02d}"),
    "es": ("{},{:02d} €", "{},{:02d}€"),
    "de": ("{},{:02d} €", "{},{:02d} Euro"),
}
SHAPES = {
    "order": ("#{digits}", "ORD-2026-{digits}", "{digits}", "B{digits}/{month}"),
    "date en": ("{month_name} {day}", "{day}/{month:02d}", "{month}/{day}"),
    "date es": ("{day} de {month_name}", "{day}/{month}"),
    "date de": ("{day}. {month_name}", "{day}.{month}.", "{day:02d}.{month:02d}.26"),
    "month": ("{month_name}",),
    "n": ("{few}",),
    "code": ("{letter}{three}-{two}",),
    "phone": ("01632 960 {three}",),
}
TOO_LONG = 4001
T = TypeVar("T")


class Writer:
    """Writes the messages of one language, and remembers which phrases are worn out."""

    def __init__(self, language: str, rng: random.Random) -> None:
        self.language = language
        self.rng = rng
        self.phrases: dict[str, Any] = yaml.safe_load((HERE / f"phrases-{language}.yaml").read_text("utf-8"))
        self.used: Counter[str] = Counter()

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of the choices."""
        return choices[int(self.rng.random() * len(choices))]

    def fresh(self, choices: Sequence[str]) -> str:
        """Return one of those that were used least so far."""
        least = min(self.used[choice] for choice in choices)
        chosen = self.pick([choice for choice in choices if self.used[choice] == least])
        self.used[chosen] += 1
        return chosen

    def likely(self, chance: float) -> bool:
        """Say yes with this chance."""
        return self.rng.random() < chance

    def number(self, low: int, high: int) -> int:
        """Return a whole number, both ends included."""
        return low + int(self.rng.random() * (high - low + 1))

    def filled(self, text: str) -> str:
        """Replace every slot, also those inside what a slot was replaced by."""
        while found := re.search(r"\{(\w+)\}", text):
            text = text[: found.start()] + self.slot(found[1]) + text[found.end() :]
        return text

    def slot(self, name: str) -> str:
        """Return something for one slot."""
        if name in LISTED:
            return str(self.pick(self.phrases[f"{name}s"]))
        if name == "amount":
            return self.pick(AMOUNTS[self.language]).format(self.number(4, 240), self.pick((0, 50, 90, 95, 99)))
        month = self.number(1, 10)
        return self.pick(SHAPES.get(f"{name} {self.language}") or SHAPES[name]).format(
            digits=self.number(10000, 99999),
            day=self.number(1, 28),
            month=month,
            month_name=self.phrases["months"][month - 1],
            few=self.number(2, 9),
            letter=self.pick("EKXZ"),
            three=self.number(100, 999),
            two=self.number(10, 99),
        )

    def write(self, topic: str, channel: str) -> str:
        """Return one message as that channel would carry it."""
        parts = self.phrases["topics"][topic]
        say = self.fresh(parts["say"])
        angry = topic not in {"praise", "other"} and self.likely(0.16)
        if channel == "phone":
            body = self.fresh(self.phrases["spoken"]).replace("{say}", say)
            body = joined(body, self.fresh(parts["ask"])) if self.likely(0.6) else body
        elif channel == "email":
            body = self.mail(topic, say, angry=angry)
        elif channel == "form":
            body = joined(say, self.fresh(parts["more"]))
            body = joined(body, self.fresh(parts["ask"])) if self.likely(0.7) else body
        else:
            body = joined(say, self.fresh(parts["ask"])) if self.likely(0.45) else say
            short = [hello for hello in self.phrases["hello"] if len(hello) <= 7]  # nobody writes "Dear Sirs" in a chat
            body = f"{self.pick(short)} {body}" if self.likely(0.2) else body
        if angry and channel != "email":
            body = joined(body, self.fresh(self.phrases["loud"]))
        body = self.filled(body)
        if channel in {"chat", "social"}:
            body = self.casual(body)
        return self.mistyped(body) if self.likely(0.22) else body

    def mail(self, topic: str, say: str, *, angry: bool) -> str:
        """Return a mail: greeting, body, sometimes the mail it answers, a farewell; commas and line breaks in it."""
        parts = self.phrases["topics"][topic]
        if topic in self.phrases["quotes"] and self.likely(0.3):
            body = self.fresh(self.phrases["quoted"]).replace("{say}", say)
            body = body.replace("{quote}", self.fresh(self.phrases["quotes"][topic]))
        elif self.likely(0.75):
            body = joined(say, self.fresh(parts["more"]))
        else:
            body = say
        body = joined(body, self.fresh(parts["ask"]), self.pick(("\n\n", "\n", " ")))
        body += f"\n\n{self.fresh(self.phrases['loud'])}" if angry else ""
        opening = f"{self.fresh(self.phrases['hello'])}\n\n" if self.likely(0.85) else ""
        closing = f"\n\n{self.fresh(self.phrases['bye'])}" if self.likely(0.8) else ""
        return f"{opening}{body}{closing}"

    def casual(self, text: str) -> str:
        """Write as people type in a chat: small letters, no full stop, a little face now and then."""
        if self.likely(0.4):
            text = text[0].lower() + text[1:]
        if self.likely(0.5):
            text = text.removesuffix(".")
        if self.likely(0.12):
            text += self.pick((" :)", " :(", " ...", " pls" if self.language == "en" else " !"))
        return text

    def mistyped(self, text: str) -> str:
        """Swap, drop or double letters inside one to three longer words."""
        words = text.split(" ")
        long = [place for place, word in enumerate(words) if len(word) > 5 and word.isalpha()]
        for _ in range(min(len(long), self.number(1, 3))):
            place = self.pick(long)
            word = words[place]
            at = self.number(1, len(word) - 3)
            words[place] = self.pick(
                (
                    word[:at] + word[at + 1] + word[at] + word[at + 2 :],
                    word[:at] + word[at + 1 :],
                    word[: at + 1] + word[at:],
                )
            )
        return " ".join(words)


def joined(first: str, then: str, gap: str = " ") -> str:
    """Put one sentence behind another, also when the first has no end of its own."""
    return f"{first}{gap}{then}" if first[-1] in '.?!"' else f"{first}.{gap}{then}"


def weighted(rng: random.Random, shares: dict[str, int]) -> str:
    """Return one name, as often as its share says."""
    drawn = rng.random() * sum(shares.values())
    for name, share in shares.items():
        drawn -= share
        if drawn < 0:
            return name
    return next(reversed(shares))


def messages() -> list[dict[str, str]]:
    """Return all messages in the order in which they came in, each with the topic it was made for; no two are equal."""
    rng = random.Random(SEED)
    rows: list[tuple[float, dict[str, str]]] = []
    seen: set[str] = set()
    for language, wanted in HOW_MANY.items():
        writer = Writer(language, rng)
        written = 0
        while written < wanted:
            topic, channel = weighted(rng, TOPICS), weighted(rng, CHANNELS)
            text = writer.write(topic, channel)
            if text.casefold() in seen:
                continue
            seen.add(text.casefold())
            rows.append((rng.random(), {"text": text, "language": language, "channel": channel, "topic": topic}))
            written += 1
    ordered = [row for _, row in sorted(rows, key=lambda row: row[0])]
    return [{"external_id": f"msg-{place:04d}", **row} for place, row in enumerate(ordered, 1)]


def with_errors(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the first 40 with a priority column and six rows that must be refused, each for another reason."""
    some = [{**row, "priority": str(place % 5 - 1) if place % 3 == 0 else ""} for place, row in enumerate(rows[:40])]
    some[4]["text"] = ""
    some[9]["priority"] = "high"
    some[15]["channel"] = "fax"
    some[21]["text"] = (some[21]["text"] + " ") * (TOO_LONG // len(some[21]["text"]) + 1)
    some[28]["priority"] = "4294967296"
    some[36]["external_id"] = some[35]["external_id"]
    return some


def save(rows: list[dict[str, str]], path: Path) -> None:
    """Write a CSV file as spreadsheets do: UTF-8, a header, quotes where they are needed."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Write the messages, the labels they were made for, and the file with errors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=HERE, help="the folder to write into")
    folder: Path = parser.parse_args().to
    folder.mkdir(parents=True, exist_ok=True)
    made = messages()
    rows = [{name: value for name, value in row.items() if name != "topic"} for row in made]
    save(rows, folder / "messages.csv")
    save([{"external_id": row["external_id"], "label": row["topic"]} for row in made], folder / "truth.csv")
    save(with_errors(rows), folder / "messages-with-errors.csv")
    print(f"{len(rows)} messages in {folder}")


if __name__ == "__main__":
    main()
