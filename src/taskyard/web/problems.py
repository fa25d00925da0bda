"""Refusals as problem+json, and the web floor's own refusals."""

from __future__ import annotations

from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.responses import Response

from taskyard.kit import strict_json
from taskyard.kit.problems import Kind, Problem
from taskyard.web.wording import flaw_of


class SignInNeeded(Problem):
    """Sign in, or send a key as `Authorization: Bearer`."""

    kind = Kind.UNKNOWN_CALLER


class KeyUnknown(Problem):
    """This key is not known here: it was revoked, it has run out, or it was copied in part. Ask for a new one."""

    kind = Kind.UNKNOWN_CALLER


class CrossSiteRefused(Problem):
    """This request came from another site, or without the X-CSRF-Token of this session."""

    kind = Kind.FORBIDDEN


class BodyInvalid(Problem):
    """The request does not fit: {summary}."""


class JsonUnreadable(Problem):
    """The body is not JSON we can keep: it {reason}."""

    kind = Kind.MALFORMED


class BodyTooLarge(Problem):
    """The body has more than {limit_bytes} bytes."""

    kind = Kind.TOO_LARGE


class BodyTooSlow(Problem):
    """The body did not arrive in time."""

    kind = Kind.MALFORMED


class WrongContentType(Problem):
    """Send the body as {wanted}, not as {given}."""

    kind = Kind.UNSUPPORTED


class KeyUsedForAnother(Problem):
    """This Idempotency-Key was used for another request: take a new key for a new request."""


class TwinInFlight(Problem):
    """A request with this Idempotency-Key is being answered: wait for it."""

    kind = Kind.CONFLICT
    retry_after_seconds = 1


class KeyUnusable(Problem):
    """An Idempotency-Key has 1 to 255 visible characters."""

    kind = Kind.MALFORMED


class NoSuchPath(Problem):
    """There is nothing at {path}."""

    kind = Kind.MISSING


class Broken(Problem):
    """Something broke on our side. The log has it under this request's id."""

    kind = Kind.BROKEN


class Unreachable(Problem):
    """The database does not answer just now: try again shortly."""

    kind = Kind.UNAVAILABLE
    retry_after_seconds = 2


class Contended(Problem):
    """Somebody else was changing the same thing: nothing was done, try again."""

    kind = Kind.UNAVAILABLE
    retry_after_seconds = 1


def as_response(problem: Problem, request_id: str) -> Response:
    """Return the refusal as `application/problem+json`."""
    body: dict[str, Any] = {
        **problem.data,
        "type": f"urn:taskyard:problem:{problem.code}",
        "title": problem.code.replace("_", " ").capitalize(),
        "status": problem.kind.value,
        "code": problem.code,
        "detail": problem.detail,
        "request_id": request_id,
    }
    if problem.flaws:
        body["errors"] = [flaw.as_dict() for flaw in problem.flaws]
    headers = {"Cache-Control": "no-store"}
    if problem.retry_after_seconds is not None:
        headers["Retry-After"] = str(max(1, round(problem.retry_after_seconds)))
    return Response(
        strict_json.dumps(body),
        problem.kind.value,
        headers,
        "application/problem+json",
    )


def of_validation(error: RequestValidationError, path: str) -> Problem:
    """Return what FastAPI found wrong in our own form; an unreadable id in the path is simply not there."""
    parts = error.errors()
    if any(part["loc"][:1] == ("path",) for part in parts):
        return NoSuchPath(path=path)
    flaws = [flaw_of(part) for part in parts]
    return BodyInvalid(flaws, summary="; ".join(f"{flaw.place}: {flaw.says}" for flaw in flaws[:3]))
