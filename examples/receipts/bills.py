"""What is printed on a receipt, as its till knew it. Amounts are whole cents."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

Language = Literal["en", "es", "de"]


@dataclass(frozen=True)
class Item:
    """One line item; `cents` is the price of all of them together."""

    text: str
    cents: int
    quantity: int = 1


@dataclass(frozen=True)
class Bill:
    """One receipt as the till knew it."""

    name: str
    shop: str
    address: tuple[str, ...]
    language: Language
    currency: str
    date: str
    time: str
    items: tuple[Item, ...]
    number: str
    added_tax_percent: float = 0.0
    included_tax_percent: float = 0.0
    tip: int = 0
    discount: int = 0
    card: bool = True
    served_by: str = ""
    thanks: str = ""
    extras: tuple[str, ...] = ()

    @property
    def subtotal(self) -> int:
        """Return the sum of the line items."""
        return sum(item.cents for item in self.items)

    @property
    def added_tax(self) -> int:
        """Return the tax that is put on top, as shops of the United States do."""
        return round((self.subtotal - self.discount) * self.added_tax_percent / 100)

    @property
    def included_tax(self) -> int:
        """Return the tax the total already contains."""
        return round(self.total * self.included_tax_percent / (100 + self.included_tax_percent))

    @property
    def total(self) -> int:
        """Return what was paid."""
        return self.subtotal - self.discount + self.added_tax + self.tip


def read_bills(path: Path) -> dict[str, Bill]:
    """Return the bills of a YAML file by their names."""
    bills = {}
    for row in yaml.safe_load(path.read_text("utf-8")):
        row["items"] = tuple(Item(*item) for item in row["items"])
        row["address"] = tuple(row["address"])
        row["extras"] = tuple(row.get("extras", ()))
        bills[row["name"]] = Bill(**row)
    return bills
