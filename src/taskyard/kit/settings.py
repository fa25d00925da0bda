"""Every setting: its default, its environment variable and what it is for; read once, at start."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from taskyard.kit.problems import Flaw, Problem

MEGABYTE = 1_000_000
# What commands take from the environment beside the settings.
OF_COMMANDS = frozenset({"TASKYARD_URL", "TASKYARD_KEY", "TASKYARD_PASSWORD"})


class SettingsUnreadable(Problem):
    """The settings cannot be used: {summary}."""


class Settings(BaseModel):
    """What an operator may set, as environment variables or in `taskyard.toml` in the data folder.

    The environment wins over the file. The variable of `port` is `TASKYARD_PORT`, and so on;
    only `database_url` goes by the name everybody uses, `DATABASE_URL`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    data: Annotated[Path, Field(description="Folder for the embedded database, files and `taskyard.toml`.")] = Path(
        "taskyard-data"
    )
    database_url: Annotated[
        SecretStr | None, Field(description="Your own PostgreSQL, 15 or newer; without it Taskyard starts its own.")
    ] = None
    postgres_bindir: Annotated[
        Path | None, Field(description="Folder with `postgres` and `initdb` to use for the embedded database.")
    ] = None
    database_connections: Annotated[int, Field(ge=2, le=200, description="Connections one server process keeps.")] = 10
    host: Annotated[str, Field(description="Address the server listens on.")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="Port the server listens on.")] = 8750
    public_url: Annotated[
        str | None, Field(description="Address people reach the server by, when a proxy stands before it.")
    ] = None
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Field(description="Least level logged.")] = (
        "info"
    )
    log_format: Annotated[Literal["text", "json"], Field(description="Lines for people or for machines.")] = "text"
    files_url: Annotated[
        str | None, Field(description="Where files go: `s3://bucket/prefix`; without it, into the data folder.")
    ] = None
    files_endpoint: Annotated[str | None, Field(description="Address of an S3-compatible store.")] = None
    files_region: Annotated[str, Field(description="Region of the S3 store.")] = "us-east-1"
    files_access_key: Annotated[SecretStr | None, Field(description="Access key of the S3 store.")] = None
    files_secret_key: Annotated[SecretStr | None, Field(description="Secret key of the S3 store.")] = None
    body_bytes_max: Annotated[int, Field(ge=1000, description="Largest JSON body.")] = 1 * MEGABYTE
    file_bytes_max: Annotated[int, Field(ge=1000, description="Largest single file.")] = 100 * MEGABYTE
    upload_bytes_max: Annotated[int, Field(ge=1000, description="Largest upload of tasks.")] = 1000 * MEGABYTE
    upload_errors_max: Annotated[int, Field(ge=1, description="Row errors kept per upload; the total stays exact.")] = (
        1000
    )
    zip_entries_max: Annotated[int, Field(ge=1, description="Most members of an uploaded ZIP.")] = 10_000
    zip_bytes_max: Annotated[int, Field(ge=1000, description="Largest uploaded ZIP, unpacked.")] = 1000 * MEGABYTE
    zip_ratio_max: Annotated[
        int, Field(ge=1, description="How many times its packed size a member of a ZIP may unpack to, from 1 MB on.")
    ] = 100
    picture_bytes_max: Annotated[int, Field(ge=1000, description="Largest picture in bytes.")] = 25 * MEGABYTE
    picture_pixels_max: Annotated[int, Field(ge=1000, description="Largest picture in pixels.")] = 50 * MEGABYTE
    picture_side_max: Annotated[int, Field(ge=100, description="Longest side of a picture in pixels.")] = 16_384
    request_seconds_max: Annotated[
        float, Field(gt=0, description="Time a client has to send a head or a body, or to take on what it asked for.")
    ] = 30
    exports_at_once: Annotated[
        int, Field(ge=1, le=100, description="Exports that stream at the same time, per workspace and server process.")
    ] = 2
    export_days: Annotated[int, Field(ge=1, le=3650, description="Days an export made in the background is kept.")] = 30
    callback_private: Annotated[
        bool, Field(description="Whether callbacks may go to private, loopback and link-local addresses.")
    ] = False
    callback_seconds_max: Annotated[float, Field(gt=0, le=120, description="Time a receiver of a callback has.")] = 15
    callback_hours_max: Annotated[
        float, Field(gt=0, le=168, description="Hours after which a callback that does not arrive is given up.")
    ] = 24
    callback_wait_seconds: Annotated[
        float,
        Field(ge=0, description="Wait before a callback's second attempt; each further one is three times as long."),
    ] = 5
    callbacks_at_once: Annotated[int, Field(ge=1, le=1000, description="Callbacks one worker sends at once.")] = 64
    callback_days: Annotated[int, Field(ge=1, le=3650, description="Days the log of sent callbacks is kept.")] = 30
    bulk_item_days: Annotated[
        int, Field(ge=1, le=3650, description="Days it is kept what bulk work did to each task; the work itself stays.")
    ] = 90
    statement_seconds_max: Annotated[float, Field(gt=0, description="Longest statement of a request.")] = 5
    job_statement_seconds_max: Annotated[float, Field(gt=0, description="Longest statement of background work.")] = 600
    lock_seconds_max: Annotated[float, Field(gt=0, description="Longest wait for a lock.")] = 5
    session_days: Annotated[int, Field(ge=1, le=365, description="Days a sign-in lasts.")] = 14
    invitation_days: Annotated[int, Field(ge=1, le=90, description="Days an invitation link works.")] = 7
    sign_in_per_minute_account: Annotated[int, Field(ge=1, description="Sign-in attempts per account and minute.")] = 5
    sign_in_per_minute_address: Annotated[int, Field(ge=1, description="Sign-in attempts per address and minute.")] = 20
    worker_slots: Annotated[int, Field(ge=1, le=64, description="Model step runs one worker performs at once.")] = 2
    worker_lease_seconds: Annotated[float, Field(gt=0, description="Time after which a silent worker is lost.")] = 15
    model_seconds_max: Annotated[float, Field(gt=0, description="Longest model call when a step sets none.")] = 120
    cancel_seconds_max: Annotated[float, Field(gt=0, description="Time a cancelled run has to end.")] = 30
    stop_seconds_max: Annotated[float, Field(gt=0, description="Time open work has to end when the server stops.")] = 30
    live_poll_seconds: Annotated[
        float, Field(gt=0, description="How often listeners look for other machines' news.")
    ] = 0.2

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None, **given: object) -> Self:
        """Read the file, then the environment, then what was given on the command line; the last wins."""
        environment = os.environ if environment is None else environment
        if misspelt := list(_misspelt(environment)):
            raise SettingsUnreadable(misspelt, summary="; ".join(f"{f.place}: {f.says}" for f in misspelt))
        named = {field: environment[name] for field in cls.model_fields if environment.get(name := cls.variable(field))}
        chosen = {key: value for key, value in given.items() if value is not None}
        data = Path(str(chosen.get("data") or named.get("data") or cls.model_fields["data"].default))
        try:
            file = tomllib.loads((data / "taskyard.toml").read_text("utf-8"))
        except FileNotFoundError:
            file = {}
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsUnreadable(
                [Flaw("taskyard.toml", str(error), "Write it as TOML, one `name = value` a line.")], summary=str(error)
            ) from error
        try:
            return cls.model_validate({**file, **named, **chosen, "data": data.absolute()})
        except ValidationError as error:
            flaws = [
                _flaw(str(part["loc"][0]) if part["loc"] else "taskyard.toml", part["msg"]) for part in error.errors()
            ]
            raise SettingsUnreadable(flaws, summary="; ".join(f"{f.place}: {f.says}" for f in flaws)) from error

    @classmethod
    def variable(cls, field: str) -> str:
        """Return the environment variable that sets a field."""
        return "DATABASE_URL" if field == "database_url" else f"TASKYARD_{field.upper()}"


def _misspelt(environment: Mapping[str, str]) -> Iterator[Flaw]:
    known = {Settings.variable(field).removeprefix("TASKYARD_") for field in Settings.model_fields}
    for name in sorted(environment):
        said = name.removeprefix("TASKYARD_")
        if said != name and said not in known and name not in OF_COMMANDS:
            # Others may have variables of this beginning; what is nearly one of ours was meant to be it.
            for meant in get_close_matches(said, known, n=1, cutoff=0.75):
                yield Flaw(name, "is not a setting", f"Did you mean TASKYARD_{meant}?")


def _flaw(field: str, says: str) -> Flaw:
    known = field in Settings.model_fields
    return Flaw(field, says, f"Set {Settings.variable(field)}." if known else "Remove it: there is no such setting.")
