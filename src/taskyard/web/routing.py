"""The route class: it knows who may enter, opens the transaction, and commits before the answer leaves."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from taskyard.access import Actor, Permission
from taskyard.kit import strict_json
from taskyard.kit.problems import Flaw, Problem
from taskyard.web.credentials import credential_of
from taskyard.web.desk import Caller, Desk, desk_of
from taskyard.web.problems import (
    BodyInvalid,
    BodyTooLarge,
    CrossSiteRefused,
    JsonUnreadable,
    KeyUnknown,
    SignInNeeded,
    WrongContentType,
    as_response,
    of_validation,
)
from taskyard.web.unit import Replay, Unit, fingerprint

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class StrictRequest(Request):
    """A request whose JSON is read strictly and whose body has an end."""

    limit_bytes: int = 0

    async def body(self) -> bytes:
        """Return the whole body, or refuse as soon as it is longer than a JSON body may be."""
        if not hasattr(self, "_body"):
            refuse_length(self, self.limit_bytes)
            chunks: list[bytes] = []
            length = 0
            async for chunk in self.stream():
                length += len(chunk)
                if length > self.limit_bytes:
                    raise BodyTooLarge(limit_bytes=self.limit_bytes)
                chunks.append(chunk)
            self._body = b"".join(chunks)
        return self._body

    async def json(self) -> Any:
        """Return the body as strict JSON."""
        if not hasattr(self, "_json"):
            self._json = _read_json(await self.body())
        return self._json


class VerbRoute(APIRoute):
    """A route that declares its permission; without one the server does not start."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        declared = (self.openapi_extra or {}).get("x-permission")
        if declared is None:
            raise TypeError(f"{self.methods} {self.path} declares no permission: say `may=`.")
        self.permission = Permission(declared)
        self.streams_body = bool((self.openapi_extra or {}).get("x-streams-body"))
        self.shows_once: str | None = (self.openapi_extra or {}).get("x-shows-once")
        # What begins a session is done again for a repeated key: its cookie was shown once, and others need none.
        self.begins_session = bool((self.openapi_extra or {}).get("x-begins-session"))

    def get_route_handler(self) -> Handler:
        """Wrap FastAPI's handler in who, transaction and refusals."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            desk = desk_of(request)
            strict = StrictRequest(request.scope, request.receive)
            strict.limit_bytes = desk.settings.body_bytes_max
            try:
                return await self._answer(desk, strict, inner)
            except Problem as problem:
                return as_response(problem, request.scope.get("taskyard.request_id", ""))

        return handle

    async def _answer(self, desk: Desk, request: StrictRequest, inner: Handler) -> Response:
        caller = await self._admit(desk, request)
        if b"%00" in request.scope["query_string"]:
            flaw = Flaw("query", "holds the character U+0000", "Remove it; it cannot be stored.")
            raise BodyInvalid([flaw], summary="the query holds the character U+0000")
        body = b""
        if request.method not in SAFE_METHODS and not self.streams_body:
            body = await request.body()
            _refuse_other_types(request, body)
            if body:
                # Read here: what FastAPI's own reading raises, it turns into a refusal without our words.
                await request.json()
        actor = caller.actor if caller else None
        takes_key = request.method == "POST" and not self.begins_session
        key = request.headers.get("idempotency-key") if takes_key else None
        mark = fingerprint(request.method, request.url.path, request.scope["query_string"], body) if key else b""
        unit = Unit(desk.database, actor, key, mark)
        request.state.unit, request.state.caller = unit, caller
        try:
            response = await inner(request)
            await unit.commit(response, self.shows_once)
        except Replay as replay:
            await unit.rollback()
            return replay.response
        except RequestValidationError as error:
            await unit.rollback()
            raise of_validation(error, request.url.path) from error
        except Problem as problem:
            if not problem.keeps_changes:
                await unit.rollback()
                raise
            refusal = as_response(problem, request.scope.get("taskyard.request_id", ""))
            await unit.commit(refusal)
            return refusal
        except BaseException:
            await unit.rollback()
            raise
        return response

    async def _admit(self, desk: Desk, request: Request) -> Caller | None:
        credential = credential_of(request)
        if credential is None:
            if self.permission is Permission.PUBLIC:
                return None
            raise KeyUnknown if "authorization" in request.headers else SignInNeeded
        caller = await desk.who(credential)
        if caller is None:
            if self.permission is Permission.PUBLIC:
                return None
            raise KeyUnknown if credential.is_key else SignInNeeded
        if self.permission is not Permission.PUBLIC:
            if request.method not in SAFE_METHODS and not credential.is_key:
                refuse_cross_site(request, desk, caller)
            caller.actor.must(self.permission)
        return caller


class Router(APIRouter):
    """A house's routes under `/api/v1`."""

    def __init__(self, *, prefix: str = "", noun: str) -> None:
        super().__init__(prefix=prefix, tags=[noun], route_class=VerbRoute)

    def verb(
        self,
        method: str,
        path: str,
        *,
        may: Permission,
        status: int = 200,
        answers: Any = None,
        streams_body: bool = False,
        shows_once: str | None = None,
        begins_session: bool = False,
        **named: Any,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare one route with the permission it asks for and what it answers.

        `shows_once` names the field with a secret: it is kept nowhere, and null when the request is repeated.
        """
        extra: dict[str, Any] = {"x-permission": may.value}
        if shows_once is not None:
            extra["x-shows-once"] = shows_once
        if begins_session:
            extra["x-begins-session"] = True
        if streams_body:
            extra["x-streams-body"] = True
        extra.update(named.pop("openapi_extra", {}))
        return self.api_route(
            path,
            methods=[method],
            status_code=status,
            response_model=answers,
            openapi_extra=extra,
            response_model_exclude_unset=False,
            **named,
        )


def refuse_length(request: Request, limit_bytes: int) -> None:
    """Refuse a body by its announced length, before reading it."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit_bytes:
        raise BodyTooLarge(limit_bytes=limit_bytes)


def refuse_cross_site(request: Request, desk: Desk, caller: Caller) -> None:
    """Admit a cookie's change only from our own pages, with the session's token."""
    origin = request.headers.get("origin")
    ours = {urlsplit(desk.settings.public_url or "").netloc, request.headers.get("host", "")} - {""}
    if origin is not None and _netloc(origin) not in ours:
        raise CrossSiteRefused
    shown = request.headers.get("x-csrf-token", "")
    if not caller.csrf or not hmac.compare_digest(shown.encode(), caller.csrf.encode()):
        raise CrossSiteRefused


def _netloc(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _refuse_other_types(request: Request, body: bytes) -> None:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and given != "application/json" and not given.endswith("+json"):
        raise WrongContentType(wanted="application/json", given=given or "nothing")


def _read_json(body: bytes) -> Any:
    try:
        return strict_json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise JsonUnreadable(reason=f"is not UTF-8 at byte {error.start}") from error
    except strict_json.NotStrictJson as error:
        where = f" (character {error.position})" if error.position is not None else ""
        raise JsonUnreadable([Flaw("body", error.says, error.mend)], reason=error.says + where) from error


# All of these are coroutines: FastAPI sends a plain function to another thread, which costs more than most statements.
async def _unit(request: Request) -> Unit:
    unit: Unit = request.state.unit
    return unit


async def _session(request: Request) -> AsyncSession:
    unit: Unit = request.state.unit
    return await unit.session()


async def _actor(request: Request) -> Actor:
    caller: Caller | None = request.state.caller
    if caller is None:
        raise SignInNeeded
    return caller.actor


async def _caller(request: Request) -> Caller | None:
    caller: Caller | None = request.state.caller
    return caller


async def _desk(request: Request) -> Desk:
    return desk_of(request)


Session = Annotated[AsyncSession, Depends(_session)]
OpenLater = Annotated[Unit, Depends(_unit)]
Who = Annotated[Actor, Depends(_actor)]
MaybeCaller = Annotated[Caller | None, Depends(_caller)]
AtHand = Annotated[Desk, Depends(_desk)]
