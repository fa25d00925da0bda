"""HTTP about people: first start, sign-in, members, invitations and keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from taskyard import __version__
from taskyard.access import Actor, Permission, Role
from taskyard.domain.workspaces import actions, sign_in, store
from taskyard.domain.workspaces.rules import INVITATION, MEMBER, MemberState, may_invite
from taskyard.domain.workspaces.schemas import (
    Accept,
    ChangeMember,
    InvitationSaid,
    InvitationSeen,
    Invite,
    KeySaid,
    Me,
    MemberSaid,
    Myself,
    MyWorkspace,
    NewKey,
    SetUp,
    SetupNeeded,
    SignInBody,
    Switch,
)
from taskyard.domain.workspaces.tables import ApiKey, Invitation, Member
from taskyard.kit.db.engine import enter_user, enter_workspace
from taskyard.kit.pages import PageAsk, read_cursor, write_cursor
from taskyard.web import AtHand, MaybeCaller, Router, Session, Who
from taskyard.web.bodies import Named, Page, page_ask
from taskyard.web.credentials import COOKIE
from taskyard.web.desk import Desk
from taskyard.web.problems import SignInNeeded

routes = Router(noun="who")
Ask = Annotated[PageAsk, Depends(page_ask)]


@routes.verb("GET", "/setup", may=Permission.PUBLIC, answers=SetupNeeded)
async def setup_needed(session: Session) -> SetupNeeded:
    """Say whether the first start is still ahead."""
    return SetupNeeded(needed=not await store.any_user(session))


@routes.verb("POST", "/setup", may=Permission.PUBLIC, answers=Me, status=201, begins_session=True)
async def set_up(body: SetUp, session: Session, desk: AtHand, response: Response) -> Me:
    """Make the owner and the first workspace with the one-time link of the first start."""
    entered = await sign_in.set_up(session, desk.settings, **body.model_dump())
    return await _welcome(session, desk, response, entered)


@routes.verb("POST", "/auth/sign-in", may=Permission.PUBLIC, answers=Me, begins_session=True)
async def enter(body: SignInBody, request: Request, session: Session, desk: AtHand, response: Response) -> Me:
    """Begin a session in a cookie that scripts cannot read."""
    entered = await sign_in.sign_in(
        session,
        desk.settings,
        email=body.email,
        password=body.password,
        address=_address(request),
        workspace_id=body.workspace,
    )
    return await _welcome(session, desk, response, entered)


@routes.verb("POST", "/auth/sign-out", may=Permission.KNOWN, status=204)
async def leave(session: Session, actor: Who, desk: AtHand, response: Response) -> None:
    """End this browser's session."""
    await sign_in.sign_out(session, actor)
    desk.forget_callers()
    response.delete_cookie(COOKIE, path="/")


@routes.verb("POST", "/auth/switch", may=Permission.KNOWN, answers=Me, begins_session=True)
async def switch(body: Switch, session: Session, actor: Who, desk: AtHand, response: Response) -> Me:
    """Enter another of my workspaces."""
    if actor.user_id is None:
        raise SignInNeeded
    entered = await sign_in.switch(session, desk.settings, actor.user_id, body.workspace)
    return await _welcome(session, desk, response, entered)


@routes.verb("GET", "/me", may=Permission.KNOWN, answers=Me)
async def me(session: Session, actor: Who, caller: MaybeCaller) -> Me:
    """Say who I am, where, and what I may do."""
    return await _me(session, actor, caller.csrf if caller else None)


@routes.verb("GET", "/members", may=Permission.MEMBERS_READ, answers=Page[MemberSaid])
async def members(session: Session, actor: Who, ask: Ask) -> Page[MemberSaid]:
    """List members, those that keys act as among them."""
    after = read_cursor(_bound("members", actor), ask.cursor)
    rows = await store.members(session, actor.workspace_id, ask.limit + 1, UUID(after[0]) if after else None)
    items = [_member(actor, row) for row in rows[: ask.limit]]
    total = await store.count(session, Member, actor.workspace_id)
    return Page(items=items, next=_next(_bound("members", actor), items, rows, ask.limit), total=total)


@routes.verb("PATCH", "/members/{member_id}", may=Permission.MEMBERS_WRITE, answers=MemberSaid)
async def change_member(member_id: UUID, body: ChangeMember, session: Session, actor: Who, desk: AtHand) -> MemberSaid:
    """Change a member's role, remove or readmit them."""
    member = await actions.change_member(session, actor, member_id, role=body.role, state=body.state)
    desk.forget_callers()
    return _member(actor, member)


@routes.verb("GET", "/invitations", may=Permission.MEMBERS_INVITE, answers=Page[InvitationSaid])
async def invitations(session: Session, actor: Who, ask: Ask) -> Page[InvitationSaid]:
    """List invitations, newest first."""
    after = read_cursor(_bound("invitations", actor), ask.cursor)
    rows = await store.invitations(session, actor.workspace_id, ask.limit + 1, UUID(after[0]) if after else None)
    items = [_invitation(actor, row) for row in rows[: ask.limit]]
    total = await store.count(session, Invitation, actor.workspace_id)
    return Page(items=items, next=_next(_bound("invitations", actor), items, rows, ask.limit), total=total)


@routes.verb(
    "POST", "/invitations", may=Permission.MEMBERS_INVITE, answers=InvitationSaid, status=201, shows_once="link"
)
async def invite(body: Invite, request: Request, session: Session, actor: Who, desk: AtHand) -> InvitationSaid:
    """Invite somebody by a link that is shown once."""
    shown = await actions.invite(session, actor, desk.settings, email=body.email, role=body.role)
    base = (desk.settings.public_url or str(request.base_url)).rstrip("/")
    said = _invitation(actor, shown.row) if isinstance(shown.row, Invitation) else None
    assert said is not None  # noqa: S101 - narrows the type: invite() returns an invitation
    said.link = f"{base}/invitation?token={shown.secret}"
    return said


@routes.verb("DELETE", "/invitations/{invitation_id}", may=Permission.MEMBERS_INVITE, answers=InvitationSaid)
async def revoke_invitation(invitation_id: UUID, session: Session, actor: Who) -> InvitationSaid:
    """Make an invitation's link useless."""
    return _invitation(actor, await actions.revoke_invitation(session, actor, invitation_id))


@routes.verb("GET", "/invitations/look-up", may=Permission.PUBLIC, answers=InvitationSeen)
async def look_up_invitation(session: Session, token: Annotated[str, Query(max_length=200)]) -> InvitationSeen:
    """Say what an invitation's link offers."""
    invitation = await actions.look_up_invitation(session, token)
    workspace = await store.workspace(session, invitation.workspace_id)
    return InvitationSeen(workspace=workspace.name, email=invitation.email, role=Role(invitation.role))


@routes.verb("POST", "/invitations/accept", may=Permission.PUBLIC, answers=Me, status=201, begins_session=True)
async def accept_invitation(body: Accept, request: Request, session: Session, desk: AtHand, response: Response) -> Me:
    """Join by an invitation's link."""
    entered = await actions.accept_invitation(session, desk.settings, **body.model_dump(), address=_address(request))
    return await _welcome(session, desk, response, entered)


@routes.verb("GET", "/keys", may=Permission.KEYS_WRITE, answers=Page[KeySaid])
async def keys(session: Session, actor: Who, ask: Ask) -> Page[KeySaid]:
    """List keys, newest first; what is shown of one is its first characters."""
    after = read_cursor(_bound("keys", actor), ask.cursor)
    rows = await store.keys(session, actor.workspace_id, ask.limit + 1, UUID(after[0]) if after else None)
    items = [_key(key, role) for key, role in rows[: ask.limit]]
    total = await store.count(session, ApiKey, actor.workspace_id)
    return Page(items=items, next=_next(_bound("keys", actor), items, rows, ask.limit), total=total)


@routes.verb("POST", "/keys", may=Permission.KEYS_WRITE, answers=KeySaid, status=201, shows_once="key")
async def make_key(body: NewKey, session: Session, actor: Who) -> KeySaid:
    """Make a key; it is shown in this answer and never again."""
    shown = await actions.make_key(session, actor, **body.model_dump())
    assert isinstance(shown.row, ApiKey)  # noqa: S101 - narrows the type
    said = _key(shown.row, body.role)
    said.key = shown.secret
    return said


@routes.verb("DELETE", "/keys/{key_id}", may=Permission.KEYS_WRITE, status=204)
async def revoke_key(key_id: UUID, session: Session, actor: Who, desk: AtHand) -> None:
    """Kill a key."""
    await actions.revoke_key(session, actor, key_id)
    desk.forget_callers()


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


async def _welcome(session: Session, desk: Desk, response: Response, entered: sign_in.Entered) -> Me:
    secure = (desk.settings.public_url or "").startswith("https:")
    response.set_cookie(
        COOKIE, entered.cookie, expires=entered.expires_at, path="/", httponly=True, samesite="lax", secure=secure
    )
    response.headers["Cache-Control"] = "no-store"
    return await _me(session, entered.actor, entered.csrf)


async def _me(session: Session, actor: Actor, csrf: str | None) -> Me:
    member = await store.lock_member(session, actor.workspace_id, actor.me)
    workspace = await store.workspace(session, actor.workspace_id)
    mine = [MyWorkspace(id=workspace.id, name=workspace.name, role=Role(member.role))]
    if member.user_id is not None:
        await enter_user(session, member.user_id)
        for other in await store.memberships(session, member.user_id):
            if other.workspace_id != actor.workspace_id:
                await enter_workspace(session, other.workspace_id)
                there = await store.workspace(session, other.workspace_id)
                mine.append(MyWorkspace(id=there.id, name=there.name, role=Role(other.role)))
        await enter_workspace(session, actor.workspace_id)
    return Me(
        member=Myself(id=member.id, name=member.name, email=member.email, role=Role(member.role)),
        workspace=Named(id=workspace.id, name=workspace.name),
        workspaces=mine,
        permissions=[permission.value for permission in Permission if actor.may(permission)],
        csrf=csrf,
        version=__version__,
    )


def _member(actor: Actor, row: Member) -> MemberSaid:
    not_owner = None if actor.may(Permission.MEMBERS_WRITE) else "Only an owner may change members."
    move = "remove" if row.state == MemberState.ACTIVE else "readmit"
    return MemberSaid(
        id=row.id,
        name=row.name,
        email=row.email,
        role=Role(row.role),
        kind="person" if row.user_id else "key",
        state=MemberState(row.state),
        created_at=row.created_at,
        can={"change": not_owner, move: not_owner or MEMBER.why_not(row.state, move)},
    )


def _invitation(actor: Actor, row: Invitation) -> InvitationSaid:
    why_not = INVITATION.why_not(row.state, "revoke")
    if not may_invite(actor, Role(row.role)):
        why_not = "Only an owner may revoke this invitation."
    return InvitationSaid(
        id=row.id,
        email=row.email,
        role=Role(row.role),
        state=row.state,
        expires_at=row.expires_at,
        created_at=row.created_at,
        can={"revoke": why_not},
    )


def _key(row: ApiKey, role: str) -> KeySaid:
    return KeySaid.model_validate({**{name: getattr(row, name) for name in _KEY_FIELDS}, "role": role})


_KEY_FIELDS = ("id", "name", "scopes", "prefix", "created_at", "expires_at", "last_used_at", "revoked_at")


def _bound(what: str, actor: Actor) -> list[str]:
    return [what, str(actor.workspace_id)]


def _next(
    bound_to: list[str],
    items: list[MemberSaid] | list[InvitationSaid] | list[KeySaid],
    rows: Sequence[object],
    limit: int,
) -> str | None:
    return write_cursor(bound_to, [str(items[-1].id)]) if len(rows) > limit else None
