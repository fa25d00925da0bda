"""Models are found through entry points; one that cannot be used is listed with the reason."""

from __future__ import annotations

import asyncio
from importlib.metadata import EntryPoint

import jsonschema_rs
import pytest

from taskyard.models.catalogue import GROUP, Catalogue, catalogue
from taskyard.models.contract import Context
from taskyard.models.problems import ModelUnavailable, NoSuchModel, TwoModelsOfOneName


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, GROUP)


TEXT = point("local/text", "taskyard.models.local.text:Text")


def test_the_installed_models_are_found_by_name_and_describe_themselves() -> None:
    listed = {one.name: one for one in catalogue().listed()}
    assert {"local/labels", "local/text"} <= set(listed)
    for one in listed.values():
        assert one.model is not None
        jsonschema_rs.meta.validate(one.model.parameters)
        assert one.model.kinds
        assert one.model.finds
    assert catalogue().find("local/text") is listed["local/text"].model


def test_a_model_nobody_brings_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(NoSuchModel, match="no model called ollama/qwen3; the models are local/text"):
        Catalogue([TEXT]).find("ollama/qwen3")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("taskyard.models.no_such_module:Eye", "ModuleNotFoundError"),
        ("builtins:dict", "is not a Model"),
        ("taskyard.models.local.labels:Labels", "calls itself local/labels"),
    ],
)
def test_a_model_that_does_not_load_is_listed_with_the_reason(value: str, reason: str) -> None:
    models = Catalogue([TEXT, point("acme/eye", value)])
    broken = models.listed()[0]
    assert (broken.name, broken.is_available) == ("acme/eye", False)
    assert reason in (broken.reason or "")
    assert [model.name for model in models.available()] == ["local/text"]
    with pytest.raises(ModelUnavailable, match=reason):
        models.find("acme/eye")


def test_a_model_whose_packages_are_missing_is_listed_and_not_available(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taskyard.models.local.extra.find_spec", lambda _package: None)
    models = Catalogue([TEXT])
    assert models.available() == []
    assert "pip install" in (models.listed()[0].reason or "")
    assert models.find("local/text").name == "local/text"


def test_two_models_of_one_name_are_refused() -> None:
    with pytest.raises(TwoModelsOfOneName, match=r"local\.text:Text and other:Text"):
        Catalogue([TEXT, point("local/text", "other:Text")])


async def test_progress_told_in_a_thread_is_heard_on_the_loop() -> None:
    heard: list[str] = []
    context = Context(heard.append)
    await asyncio.to_thread(context.progress, "Reading")
    await asyncio.sleep(0)
    assert heard == ["Reading"]
