"""Settings and the pages made from the code: each is documented, each is used, and what cannot be is named."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

import taskyard
from taskyard.kit.settings import Settings, SettingsUnreadable

ROOT = Path(__file__).resolve().parents[2]
SOURCE = Path(taskyard.__file__).parent
PAGES: dict[Path, str] = runpy.run_path(str(ROOT / "tools" / "docs.py"))["pages"]()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_made_page_is_what_the_code_says(page: Path) -> None:
    assert page.read_text("utf-8") == PAGES[page], "run: python tools/docs.py"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    field = Settings.model_fields[name]
    assert field.description
    assert field.description.endswith(".")
    row = next(line for line in PAGES[ROOT / "docs" / "settings.md"].splitlines() if f"| `{name}` |" in line)
    assert f"`{Settings.variable(name)}`" in row
    assert field.description in row


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_read_somewhere(name: str) -> None:
    read = re.compile(rf"settings\.{name}\b")
    places = [path for path in SOURCE.rglob("*.py") if read.search(path.read_text("utf-8"))]
    assert places, f"{name} is offered and does nothing"


def load(folder: Path, environment: dict[str, str] | None = None, file: str | None = None, **given: Any) -> Settings:
    if file is not None:
        (folder / "taskyard.toml").write_text(file)
    return Settings.load({"TASKYARD_DATA": str(folder), **(environment or {})}, **given)


def refusal(folder: Path, **named: Any) -> SettingsUnreadable:
    with pytest.raises(SettingsUnreadable) as refused:
        load(folder, **named)
    return refused.value


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    found = load(tmp_path)
    assert (found.port, found.host, found.data) == (8750, "127.0.0.1", tmp_path)


def test_the_environment_wins_over_the_file_and_the_command_line_over_both(tmp_path: Path) -> None:
    file = 'port = 1\nhost = "file"\nlog_level = "debug"\n'
    found = load(tmp_path, {"TASKYARD_PORT": "2", "TASKYARD_HOST": "environment"}, file, port=3)
    assert (found.port, found.host, found.log_level) == (3, "environment", "debug")


def test_what_the_command_line_leaves_out_changes_nothing(tmp_path: Path) -> None:
    assert load(tmp_path, {"TASKYARD_PORT": "2"}, port=None).port == 2


def test_an_empty_variable_is_none(tmp_path: Path) -> None:
    assert load(tmp_path, {"TASKYARD_PORT": ""}, "port = 4").port == 4


def test_the_database_goes_by_the_name_everybody_uses(tmp_path: Path) -> None:
    found = load(tmp_path, {"DATABASE_URL": "postgresql://here/taskyard"})
    assert found.database_url == SecretStr("postgresql://here/taskyard")
    assert "here" not in repr(found)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "eighty", "valid integer"),
        ("PORT", "70000", "less than or equal to 65535"),
        ("PORT", "-1", "greater than or equal to 0"),
        ("LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("WORKER_LEASE_SECONDS", "0", "greater than 0"),
        ("BODY_BYTES_MAX", "1", "greater than or equal to 1000"),
        ("SESSION_DAYS", "1.5", "valid integer"),
    ],
)
def test_garbage_in_a_variable_is_refused_with_its_name(tmp_path: Path, name: str, value: str, says: str) -> None:
    said = refusal(tmp_path, environment={f"TASKYARD_{name}": value})
    (flaw,) = said.flaws
    assert flaw.place == name.lower()
    assert says in flaw.says
    assert flaw.mend == f"Set TASKYARD_{name}."
    assert name.lower() in said.detail


def test_every_flaw_is_told_at_once(tmp_path: Path) -> None:
    said = refusal(tmp_path, environment={"TASKYARD_PORT": "x"}, file="worker_slots = 0\nlog_format = 'xml'\n")
    assert {flaw.place for flaw in said.flaws} == {"port", "worker_slots", "log_format"}


def test_an_unknown_name_in_the_file_is_refused(tmp_path: Path) -> None:
    (flaw,) = refusal(tmp_path, file="prot = 1").flaws
    assert (flaw.place, flaw.mend) == ("prot", "Remove it: there is no such setting.")


@pytest.mark.parametrize(
    ("said", "meant"), [("PROT", "PORT"), ("LOG_LEVL", "LOG_LEVEL"), ("BODY_BYTE_MAX", "BODY_BYTES_MAX")]
)
def test_a_misspelt_variable_is_refused_with_the_one_that_was_meant(tmp_path: Path, said: str, meant: str) -> None:
    (flaw,) = refusal(tmp_path, environment={f"TASKYARD_{said}": "1"}).flaws
    assert (flaw.place, flaw.mend) == (f"TASKYARD_{said}", f"Did you mean TASKYARD_{meant}?")


@pytest.mark.parametrize("name", ["TASKYARD_URL", "TASKYARD_KEY", "TASKYARD_PASSWORD", "TASKYARD_IMAGE_VERSION"])
def test_a_variable_of_somebody_else_is_left_alone(tmp_path: Path, name: str) -> None:
    assert load(tmp_path, {name: "x"}).port == 8750


@pytest.mark.parametrize("file", ["port", "port = ", "= 1", "port = 1\nport = 2", "\x00"])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, file: str) -> None:
    (flaw,) = refusal(tmp_path, file=file).flaws
    assert flaw.place == "taskyard.toml"
    assert flaw.mend
    assert flaw.says


def test_a_file_of_other_bytes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taskyard.toml").write_bytes(b"\xff\xfe")
    assert refusal(tmp_path).flaws[0].place == "taskyard.toml"


def test_a_secret_is_not_repeated_when_it_is_refused(tmp_path: Path) -> None:
    said = refusal(tmp_path, file='files_secret_key = ["s3cr3t"]')
    assert said.flaws[0].place == "files_secret_key"
    assert "s3cr3t" not in said.detail
    assert "s3cr3t" not in str(said.flaws)


def test_settings_do_not_change_once_they_are_read(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        setattr(load(tmp_path), "port", 1)  # noqa: B010 - the checker would not let us try
