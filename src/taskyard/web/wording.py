"""What the form's own checks found wrong, as sentences of ours with a mend."""

from __future__ import annotations

from typing import Any, NamedTuple

from taskyard.kit.problems import Flaw

VALUE_CHARS_MAX = 200


class Words(NamedTuple):
    """What is wrong, and how to mend it; both with the limits of the check filled in."""

    says: str
    mend: str


_NUMBER = Words("is no whole number", "Give one such as 10, without quotes.")
_YES_OR_NO = Words("is neither true nor false", "Give true or false.")
_ONE_OF = Words("is not one of those there are", "Take {expected}.")
_ID = Words("is no id", "Give an id as the API gives it, such as 01a21592-00ff-7666-a090-9bfa04092e5b.")
_OBJECT = Words("is no object", "Give an object: names with values, in braces.")
_MOMENT = Words("is no moment", "Give one such as 2026-11-25T14:00:00Z.")
_TEXT = Words("is no text", "Put it in quotes.")
# By what Pydantic calls the check.
WORDS = {
    "missing": Words("is missing", "Give it."),
    "extra_forbidden": Words("is not known here", "Remove it."),
    "int_type": _NUMBER,
    "int_parsing": _NUMBER,
    "int_from_float": _NUMBER,
    "int_parsing_size": Words("is too large a number", "Give a smaller one."),
    "float_type": Words("is no number", "Give one such as 0.5, without quotes."),
    "float_parsing": Words("is no number", "Give one such as 0.5."),
    "finite_number": Words("is no number", "Give one such as 0.5."),
    "bool_type": _YES_OR_NO,
    "bool_parsing": _YES_OR_NO,
    "less_than": Words("is not under {lt}", "Give a smaller one."),
    "less_than_equal": Words("is more than {le}", "Give at most {le}."),
    "greater_than": Words("is not over {gt}", "Give a larger one."),
    "greater_than_equal": Words("is less than {ge}", "Give at least {ge}."),
    "string_type": _TEXT,
    "string_too_long": Words("has more than {max_length} characters", "Shorten it."),
    "string_too_short": Words("has fewer than {min_length} characters", "Give at least {min_length}."),
    "string_pattern_mismatch": Words("is not written as it has to be", "It has to match {pattern}."),
    "too_long": Words("has more than {max_length} entries", "Leave some out."),
    "too_short": Words("has fewer than {min_length} entries", "Give at least {min_length}."),
    "enum": _ONE_OF,
    "literal_error": _ONE_OF,
    "uuid_type": _ID,
    "uuid_parsing": _ID,
    "list_type": Words("is no list", "Give a list: [ ... ]."),
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "timezone_aware": Words("names no zone", "Add one: 2026-11-25T14:00:00Z."),
}
BLANK = Words("is blank", "Write something.")


def flaw_of(part: dict[str, Any]) -> Flaw:
    """Return one thing Pydantic found. What a rule of ours says stands as it is."""
    where, *steps = part["loc"]
    place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".") or str(where)
    value = part.get("input")
    shown = None if part["type"] == "missing" or isinstance(value, dict | list) else str(value)[:VALUE_CHARS_MAX]
    words = BLANK if _is_blank(part) else WORDS.get(part["type"])
    if words is None:
        # What our own rules say, Pydantic introduces with its own word for it.
        says = part["msg"].removeprefix("Value error, ")
        return Flaw(place, says[:1].lower() + says[1:], value=shown)
    limits = part.get("ctx", {})
    return Flaw(place, words.says.format_map(limits), words.mend.format_map(limits), value=shown)


def _is_blank(part: dict[str, Any]) -> bool:
    is_text = part["type"] in {"string_pattern_mismatch", "string_too_short"}
    return is_text and not str(part.get("input", "")).strip()
