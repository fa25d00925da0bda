"""Installs nobody has entered yet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI

from taskyard.app import make_app, make_desk
from taskyard.domain.workspaces import new_setup_link
from taskyard.gateways.postgres import EmbeddedPostgres
from taskyard.kit.settings import Settings
from taskyard.web.desk import Desk
from tests.builders.browser import PASSWORD, Browser
from tests.builders.served import own_database

OWNER = {"email": "olga@example.org", "name": "Olga", "password": PASSWORD, "workspace": "Bakery"}


@dataclass
class Install:
    """A Taskyard nobody has entered yet, and the one-time link its server has printed."""

    app: FastAPI
    desk: Desk
    token: str

    async def owner(self) -> Browser:
        """Return the owner, who has followed the link."""
        browser = Browser(self.app)
        await browser.enter("/setup", {**OWNER, "token": self.token})
        return browser


@asynccontextmanager
async def installed(postgres: EmbeddedPostgres, template: str, settings: Settings) -> AsyncIterator[Install]:
    """Return an install with a database of its own; both are gone afterwards."""
    with own_database(postgres, template) as url:
        desk = make_desk(settings, url)
        async with desk.database.transaction() as session:
            token = await new_setup_link(session)
        assert token is not None
        yield Install(make_app(desk), desk, token)
        await desk.hub.close()
        await desk.pictures.close()
        await desk.database.close()
