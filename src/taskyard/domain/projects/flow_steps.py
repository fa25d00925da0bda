"""One step as it was written: its keys, durations and lists, each read strictly."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from taskyard.domain.projects import conditions
from taskyard.domain.projects.durations import duration_text, read_duration
from taskyard.domain.projects.flow import PeopleRules, Retry
from taskyard.domain.projects.flow_document import Document, Place
from taskyard.kit.problems import Flaw
from taskyard.kit.words import did_you_mean, listed, shown

STEP_KEYS = ("id", "use", "by", "with", "output", "when", "retry", "timeout", "on_error", "after", "people")
PEOPLE_KEYS = ("hold", "skips", "roles")
# Words a flow may know one day: naming them gets a plain answer instead of a guess at a misspelling.
LATER_STEP_KEYS = ("of", "budget")
LATER_PEOPLE_KEYS = ("replicas", "team", "sample", "on_reject")
ROLES = ("owner", "manager", "reviewer", "annotator")
RESERVED_IDS = frozenset({"input", "item", "all", "any", "not"})

DAY_SECONDS = 86_400
RETRIES_MAX = 20

_id_form = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)


@dataclass(slots=True)
class Checking:
    """One pass over a document: where flaws are noted, and small readers that note what they refuse."""

    document: Document
    flaws: list[Flaw] = field(default_factory=list)

    def note(self, where: Place, says: str, mend: str | None = None) -> None:
        """Keep a flaw."""
        self.flaws.append(self.document.flaw(where, says, mend))

    def mapping(self, value: Any, where: Place, what: str) -> Mapping[str, Any]:
        """Return a mapping, empty where something else was written."""
        if isinstance(value, Mapping):
            return value
        self.note(where, f"{what} is not a mapping of names to values.", None)
        return {}

    def keys(self, given: Mapping[str, Any], where: Place, known: Collection[str], later: Collection[str] = ()) -> None:
        """Note the keys that are not known."""
        for name in given:
            if name in later:
                self.note((*where, name), f"This version has no `{name}`.", "Remove it.")
            elif name not in known:
                self.note((*where, name), f"There is no key `{name}` here.", did_you_mean(name, list(known)))

    def words(self, value: Any, where: Place, what: str) -> tuple[str, ...]:
        """Return one word or a list of words as a tuple, without what is no word or stands twice."""
        if isinstance(value, str) and value:
            return (value,)
        if not isinstance(value, list) or not value:
            self.note(where, f"{what} is a name, or a list of names.", None)
            return ()
        kept: list[str] = []
        for number, word in enumerate(value):
            if not isinstance(word, str) or not word:
                self.note((*where, number), f"`{shown(word)}` is not a name.", None)
            elif word in kept:
                self.note((*where, number), f"`{shown(word)}` is named twice.", "Keep one of the two.")
            else:
                kept.append(word)
        return tuple(kept)

    def duration(self, value: Any, where: Place, *, most: int = DAY_SECONDS) -> int | None:
        """Return seconds, or None with a flaw."""
        seconds = read_duration(value)
        if seconds is None:
            mend = f"Write {value}s or {value}m." if _is_whole(value) else "Write 30s, 90m, 2h or 1d."
            self.note(where, f"`{shown(value)}` is not a duration.", mend)
        elif not 0 < seconds <= most:
            self.note(where, f"A duration here is between 1s and {duration_text(most)}.", None)
        else:
            return seconds
        return None

    def whole(self, value: Any, where: Place, what: str, *, most: int) -> int:
        """Return a whole number from 1, or 1 with a flaw."""
        if _is_whole(value) and 1 <= value <= most:
            return int(value)
        self.note(where, f"{what} is a whole number from 1 to {most}.", None)
        return 1

    def choice(self, value: Any, where: Place, choices: tuple[str, ...]) -> str:
        """Return one of the choices; the first with a flaw when something else was written."""
        if value in choices:
            return str(value)
        self.note(where, f"`{shown(value)}` is none of {listed(choices, 'or')}.", did_you_mean(shown(value), choices))
        return choices[0]


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def read_id(checking: Checking, step: Mapping[str, Any], where: Place, taken: Collection[str]) -> str | None:
    """Return the step's id, or None with a flaw."""
    given = step.get("id")
    if given is None:
        checking.note((*where, "id"), "This step has no `id`.", "Give it a short name, such as `id: label`.")
    elif not isinstance(given, str) or not _id_form.fullmatch(given):
        mend = "Use letters, digits and _, a letter first, at most 64."
        checking.note((*where, "id"), f"`{shown(given)}` cannot be an id.", mend)
    elif given in RESERVED_IDS:
        checking.note((*where, "id"), f"`{given}` has a meaning of its own.", "Give the step another id.")
    elif given in taken:
        checking.note((*where, "id"), f"Two steps have the id `{given}`.", "Give each step its own id.")
    else:
        return given
    return None


def read_retry(checking: Checking, step: Mapping[str, Any], where: Place) -> Retry:
    """Return how often to try; 5 attempts where nothing is said."""
    if "retry" not in step:
        return Retry()
    where = (*where, "retry")
    given = checking.mapping(step["retry"], where, "`retry`")
    checking.keys(given, where, ("max", "backoff"))
    made = Retry()
    attempts, backoff = made.max_attempts, made.backoff_seconds
    if "max" in given:
        attempts = checking.whole(given["max"], (*where, "max"), "`max`", most=RETRIES_MAX)
    if "backoff" in given:
        backoff = checking.duration(given["backoff"], (*where, "backoff"), most=DAY_SECONDS // 24) or backoff
    return Retry(attempts, backoff)


def read_people(checking: Checking, step: Mapping[str, Any], where: Place) -> PeopleRules:
    """Return how people are asked."""
    if "people" not in step:
        return PeopleRules()
    where = (*where, "people")
    given = checking.mapping(step["people"], where, "`people`")
    checking.keys(given, where, PEOPLE_KEYS, LATER_PEOPLE_KEYS)
    made = PeopleRules()
    hold, skips, roles = made.hold_seconds, made.skips, made.roles
    if "hold" in given:
        hold = checking.duration(given["hold"], (*where, "hold"), most=30 * DAY_SECONDS) or hold
    if "skips" in given:
        said = checking.choice(given["skips"], (*where, "skips"), ("others", "everyone"))
        skips = "everyone" if said == "everyone" else "others"
    if "roles" in given:
        roles = checking.words(given["roles"], (*where, "roles"), "`roles`")
        for role in roles:
            checking.choice(role, (*where, "roles"), ROLES)
    return PeopleRules(hold, skips, roles)


def read_timeout(checking: Checking, step: Mapping[str, Any], where: Place) -> int | None:
    """Return the longest time one attempt may take, or None where nothing is said."""
    return checking.duration(step["timeout"], (*where, "timeout")) if "timeout" in step else None


def read_when(checking: Checking, step: Mapping[str, Any], where: Place) -> Mapping[str, Any] | None:
    """Return the condition, or None where there is none or it is none."""
    if "when" not in step:
        return None
    found = list(conditions.flaws(step["when"], (*where, "when")))
    for place, says, mend in found:
        checking.note(place, says, mend)
    condition: Mapping[str, Any] = step["when"]
    return None if found else condition
