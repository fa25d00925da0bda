"""A ZIP of files: each becomes a task, or is named by the rows of a manifest."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from uuid import UUID

import pytest

from taskyard.domain import files
from taskyard.domain.uploads import preview_zip
from taskyard.kit.settings import Settings
from taskyard.worker import Worker
from tests.builders import CLASSIFY_FLOW, Yard, a_picture
from tests.builders.uploads import Uploading, counts
from tests.builders.zips import a_zip, listed_as, renamed_in_list

PHOTO_FLOW = """
input: {type: object, required: [photo], properties: {photo: {type: string, x-kind: image}}}
steps:
  - {id: look, use: annotate, by: people, with: {image: "{{ input.photo }}", prompt: Draw a box}}
"""
NOTED_FLOW = """
input:
  type: object
  required: [photo]
  properties:
    photo: {type: string, x-kind: image}
    note: {type: string}
    pages: {type: array, items: {type: string, x-kind: file}}
steps:
  - {id: look, use: annotate, by: people, with: {image: "{{ input.photo }}", prompt: Draw a box}}
"""
ANY_FILE_FLOW = """
input: {type: object, required: [paper], properties: {paper: {type: string, x-kind: file}}}
steps:
  - {id: name, use: classify, by: people, with: {text: What is it?, labels: [letter, bill]}}
"""
CAT, DOG = a_picture("cat"), a_picture("dog", form="JPEG")
DEBRIS = {
    "pets/": b"",
    "__MACOSX/pets/._cat.png": b"x",
    "pets/.DS_Store": b"x",
    "pets/Thumbs.db": b"x",
}


@pytest.fixture
def uploading(yard: Yard, settings: Settings) -> Uploading:
    return Uploading(yard, settings)


async def tasks(yard: Yard, project: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await yard.owner.get("/tasks", params={"project": project})).json["items"]
    return sorted(items, key=lambda task: str(task["external_id"]))


async def left_behind(yard: Yard) -> tuple[int, int]:
    """Return the files that no task uses, and the bytes that nothing but a process counts on."""
    (row,) = await yard.sql(
        """SELECT (SELECT count(*) FROM files WHERE workspace_id = :here AND NOT EXISTS (
                SELECT 1 FROM file_uses WHERE file_uses.workspace_id = :here AND file_id = files.id)),
            (SELECT count(*) FROM file_passages WHERE workspace_id = :here AND kind <> 'kept')""",
        here=yard.workspace_id,
    )
    return int(row[0]), int(row[1])


async def says(yard: Yard, upload: dict[str, Any]) -> list[tuple[int, str | None, str, str | None]]:
    page = (await yard.owner.get(f"/uploads/{upload['id']}/errors", params={"limit": 200})).json
    return [(error["row"], error["field"], error["says"], error["value"]) for error in page["items"]]


async def input_of(yard: Yard, task: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await yard.owner.get(f"/tasks/{task['id']}")).json["input"]
    return found


# --- files alone


@pytest.mark.parametrize("pack", [True, False])
async def test_every_picture_of_a_zip_becomes_a_task_under_its_path(
    uploading: Uploading, yard: Yard, worker: Worker, *, pack: bool
) -> None:
    assert worker.name
    project = await yard.project(PHOTO_FLOW)
    content = a_zip({**DEBRIS, "pets/cat.png": CAT, "pets/more/dög.jpg": DOG}, pack=pack)
    said = await uploading.give(project, content, "pets.zip")
    assert said.status == 202
    assert said.json["format"] == "zip"
    done = await yard.until(yard.owner, f"/uploads/{said.json['id']}", lambda shown: shown["ended_at"])
    assert (done["state"], counts(done)) == ("completed", (2, 2, 0, 0)), await says(yard, done)
    assert done["reason"] == ("1 folder of the ZIP was passed over. 3 files of an operating system were passed over.")
    cat, dog = await tasks(yard, project)
    assert (cat["external_id"], dog["external_id"]) == ("pets/cat.png", "pets/more/dög.jpg")
    assert (cat["preview"], dog["preview"]) == ("cat.png", "dög.jpg")
    (shown,) = await yard.sql("SELECT count(picture_id) FROM tasks WHERE upload_id = :id", id=UUID(done["id"]))
    assert shown[0] == 2
    photo = (await input_of(yard, cat))["photo"]
    meta = (await yard.owner.get(f"/files/{photo}/meta")).json
    assert (meta["name"], meta["media_type"], meta["width"]) == ("cat.png", "image/png", 480)
    assert (await yard.owner.get(f"/files/{photo}")).response.content == CAT
    assert await left_behind(yard) == (0, 0)


async def test_the_same_zip_again_changes_nothing(uploading: Uploading, yard: Yard) -> None:
    project = await yard.project(PHOTO_FLOW)
    content = a_zip({"cat.png": CAT, "dog.jpg": DOG})
    await uploading.taken(project, content, "pets.zip")
    before = await yard.sql("SELECT id FROM files WHERE workspace_id = :here ORDER BY id", here=yard.workspace_id)
    again = await uploading.taken(project, content, "pets.zip")
    assert (counts(again), again["differing"]) == ((2, 0, 2, 0), 0)
    other = await uploading.taken(project, a_zip({"cat.png": DOG, "new.png": CAT}), "pets.zip")
    assert (counts(other), other["differing"]) == ((2, 1, 1, 0), 1), "another picture under the same name is told"
    assert await left_behind(yard) == (0, 0)
    after = await yard.sql("SELECT id FROM files WHERE workspace_id = :here ORDER BY id", here=yard.workspace_id)
    assert len(after) == len(before) + 1


async def test_a_file_of_any_kind_goes_into_a_field_for_files(uploading: Uploading, yard: Yard) -> None:
    project = await yard.project(ANY_FILE_FLOW)
    done = await uploading.taken(
        project, a_zip({"a.txt": b"hello", "b.png": CAT, "c.docx": a_zip({"x": b"x"})}), "f.zip"
    )
    assert counts(done) == (3, 3, 0, 0), await says(yard, done)


async def test_what_cannot_be_taken_is_a_failed_row_that_says_why(uploading: Uploading, yard: Yard) -> None:
    project = await yard.project(PHOTO_FLOW)
    members = {
        "broken.png": CAT[:200],
        "cat.png": CAT,
        "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "empty.png": b"",
        "inside.zip": a_zip({"x.png": CAT}),
        "readme.txt": b"hello",
        "x" * 501 + ".png": DOG,
    }
    done = await uploading.taken(project, a_zip(members), "pets.zip")
    assert (done["state"], counts(done)) == ("completed_with_errors", (7, 1, 0, 6))
    told = {value or field: why for _, field, why, value in await says(yard, done)}
    assert "cannot be read" in told["broken.png"]
    assert "is empty" in told["empty.png"]
    assert told["inside.zip"].startswith("inside.zip is an archive inside of the archive")
    assert "not a picture" in "".join(told.values())
    assert "more than 500 characters" in "".join(told.values())
    assert await left_behind(yard) == (0, 0)


async def test_all_or_nothing_takes_no_picture_when_one_is_bad(uploading: Uploading, yard: Yard) -> None:
    project = await yard.project(PHOTO_FLOW)
    done = await uploading.taken(project, a_zip({"a.png": CAT, "b.png": b"nothing"}), "p.zip", mode="all_or_nothing")
    assert (done["state"], done["rows"], done["created"]) == ("failed", 2, 0)
    assert await left_behind(yard) == (0, 0)
    assert await tasks(yard, project) == []
    again = await uploading.taken(project, a_zip({"a.png": CAT}), "p.zip", mode="all_or_nothing")
    assert again["state"] == "completed"


@pytest.mark.parametrize(
    ("flow", "why"),
    [
        (CLASSIFY_FLOW, "it has no field for a file"),
        (NOTED_FLOW, "it has several fields for files: photo, pages[]"),
        (
            PHOTO_FLOW.replace("required: [photo]", "required: [photo, note]").replace("{photo:", "{note: {}, photo:"),
            "every task needs `note` too",
        ),
        (
            ANY_FILE_FLOW.replace("{type: string, x-kind: file}", "{type: array, items: {type: string, x-kind: file}}"),
            "its field paper[] is inside of another one",
        ),
    ],
)
async def test_a_project_that_does_not_say_where_a_file_goes_asks_for_a_manifest(
    uploading: Uploading, yard: Yard, flow: str, why: str
) -> None:
    project = await yard.project(flow)
    said = await uploading.give(project, a_zip({"a.png": CAT}), "pets.zip")
    assert (said.status, said.problem) == (422, "zip_needs_manifest")
    assert why in said.refusal["detail"]
    assert "manifest.csv" in json.dumps(said.refusal["errors"])
    assert (await yard.owner.get("/uploads")).json["total"] == 0


# --- with a manifest


async def test_rows_of_a_manifest_name_members_and_say_all_that_rows_can_say(uploading: Uploading, yard: Yard) -> None:
    project = await yard.project(NOTED_FLOW)
    known = await yard.file(CAT, "known.png")
    manifest = (
        "bild,note,external_id,priority,batch,pages\n"
        "img/cat.png,a cat,one,3,may,\n"
        './img\\cat.png,the same,two,,,"[""img/dog.jpg"", ""doc.txt""]"\n'
        "img/gone.png,nobody,three,,,\n"
        f"{known},an id,four,,,\n"
        "doc.txt,no picture,five,,,\n"
    )
    content = a_zip(
        {"manifest.csv": manifest.encode(), "img/cat.png": CAT, "img/dog.jpg": DOG, "doc.txt": b"hi", "other.png": DOG}
    )
    done = await uploading.taken(project, content, "pets.zip", mapping='{"bild": "photo"}')
    assert (done["state"], counts(done)) == ("completed_with_errors", (5, 3, 0, 2)), await says(yard, done)
    assert "1 file of the ZIP is named by no good row: `other.png`." in done["reason"]
    gone, no_picture = await says(yard, done)
    assert (gone[0], gone[1], gone[3]) == (3, "photo", "img/gone.png")
    assert gone[2].startswith("img/gone.png is neither a file of the ZIP nor one of this workspace.")
    assert (no_picture[0], no_picture[1]) == (5, "photo")
    assert no_picture[2].startswith("doc.txt is text/plain; charset=utf-8, not a picture.")
    four, one, two = await tasks(yard, project)
    assert (one["external_id"], one["priority"], one["batch"]) == ("one", 3, "may")
    assert (await input_of(yard, four))["photo"] == known
    both = await input_of(yard, two)
    assert both["photo"] == (await input_of(yard, one))["photo"], "a member that is named twice is one file"
    assert len(both["pages"]) == 2
    (unused, passages) = await left_behind(yard)
    assert (unused, passages) == (0, 0)


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("manifest.json", '[{"photo": "cat.png"}, {"input": {"photo": "sub/dog.jpg"}, "external_id": "x"}]'),
        ("manifest.jsonl", '{"photo": "cat.png"}\n{"photo": "sub/dog.jpg", "external_id": "x"}'),
        ("Manifest.CSV", "photo,external_id\ncat.png,\nsub/dog.jpg,x"),
    ],
)
async def test_a_manifest_may_lie_in_the_only_folder_and_names_files_from_there(
    uploading: Uploading, yard: Yard, name: str, rows: str
) -> None:
    project = await yard.project(NOTED_FLOW)
    content = a_zip({f"pets/{name}": rows.encode(), "pets/cat.png": CAT, "pets/sub/dog.jpg": DOG, ".DS_Store": b""})
    done = await uploading.taken(project, content, "pets.zip")
    assert (done["state"], counts(done)) == ("completed", (2, 2, 0, 0)), await says(yard, done)


async def test_two_manifests_are_one_too_many(uploading: Uploading, yard: Yard) -> None:
    content = a_zip({"manifest.csv": b"photo\ncat.png", "manifest.json": b"[]", "cat.png": CAT})
    said = await uploading.give(await yard.project(PHOTO_FLOW), content, "pets.zip")
    assert (said.status, said.problem) == (422, "zip_unusable")
    assert "several manifests: manifest.csv, manifest.json" in said.refusal["detail"]


async def test_a_manifest_that_cannot_be_read_to_its_end_makes_nothing(uploading: Uploading, yard: Yard) -> None:
    project = await yard.project(PHOTO_FLOW)
    content = a_zip({"manifest.json": b'[{"photo": "cat.png"}, {"photo"', "cat.png": CAT})
    done = await uploading.taken(project, content, "pets.zip")
    assert (done["state"], done["created"]) == ("failed", 0)
    assert await left_behind(yard) == (0, 0)


# --- failed rows and mending


async def test_failed_rows_name_files_of_the_zip_and_mended_ones_do_too(uploading: Uploading, yard: Yard) -> None:
    project = await yard.project(NOTED_FLOW)
    manifest = b"photo,note,external_id\ncat.png,fine,a\nctt.png,typing,b\ncat.png,twin,a\n"
    upload = await uploading.taken(project, a_zip({"manifest.csv": manifest, "cat.png": CAT, "dog.jpg": DOG}), "p.zip")
    assert counts(upload) == (3, 1, 0, 2)
    header, typing, twin = csv.reader(io.StringIO(await uploading.failed_rows(upload)))
    assert header == ["_row", "_error", "photo", "note", "external_id"]
    assert (typing[0], typing[2:]) == ("2", ["ctt.png", "typing", "b"])
    assert (twin[0], twin[2:]) == ("3", ["cat.png", "twin", "a"])
    mended = await uploading.mended(upload, "_row,photo,note,external_id\n2,dog.jpg,mended,b\n3,gone.png,twin,c\n")
    assert (mended["state"], counts(mended)) == ("completed_with_errors", (3, 2, 0, 1))
    assert await left_behind(yard) == (0, 0)
    _, still = csv.reader(io.StringIO(await uploading.failed_rows(mended)))
    assert (still[0], still[2:]) == ("3", ["gone.png", "twin", "c"])
    done = await uploading.mended(mended, "_row,photo,note,external_id\n3,cat.png,twin,c\n")
    assert (done["state"], counts(done)) == ("completed", (3, 3, 0, 0))


async def test_failed_files_of_a_zip_without_a_manifest_are_a_table_of_their_paths(
    uploading: Uploading, yard: Yard
) -> None:
    project = await yard.project(PHOTO_FLOW)
    upload = await uploading.taken(project, a_zip({"a.png": CAT, "b.png": b"no picture"}), "p.zip")
    header, bad = csv.reader(io.StringIO(await uploading.failed_rows(upload)))
    assert header == ["_row", "_error", "photo", "external_id"]
    assert (bad[0], bad[2], bad[3]) == ("2", "b.png", "b.png")
    mended = await yard.file(DOG, "dog.jpg")
    done = await uploading.mended(upload, f"_row,photo,external_id\n2,{mended},b.png\n")
    assert (done["state"], counts(done)) == ("completed", (2, 2, 0, 0))


async def test_failed_rows_of_a_json_manifest_are_json_lines(uploading: Uploading, yard: Yard) -> None:
    rows = b'[{"photo": "a.png"}, {"photo": "b.png"}]'
    upload = await uploading.taken(
        await yard.project(PHOTO_FLOW), a_zip({"manifest.json": rows, "a.png": CAT}), "p.zip"
    )
    bad = json.loads(await uploading.failed_rows(upload))
    assert (bad["_row"], bad["photo"]) == (2, "b.png")
    said = await uploading.mend(upload, "_row,photo\n2,a.png\n")
    assert said.problem == "mended_in_another_format"
    done = await uploading.mended(upload, '{"_row": 2, "photo": "a.png"}', "mended.jsonl")
    assert counts(done) == (2, 2, 0, 0)


async def test_a_zip_cannot_mend(uploading: Uploading, yard: Yard) -> None:
    upload = await uploading.taken(await yard.project(PHOTO_FLOW), a_zip({"a.png": CAT, "b.png": b"x"}), "p.zip")
    assert (await uploading.mend(upload, a_zip({"b.png": DOG}), "m.zip")).problem == "mended_in_another_format"


# --- damage that shows only when a member is unpacked


async def test_a_damaged_member_is_a_failed_row_and_the_others_are_taken(uploading: Uploading, yard: Yard) -> None:
    project = await yard.project(PHOTO_FLOW)
    whole = a_zip({"a.png": CAT, "b.png": DOG, "c.png": CAT + b"1", "d.png": DOG + b"1", "e.png": CAT + b"2"})
    content = listed_as(whole, "a.png", 16, "<L", 1)
    content = listed_as(content, "b.png", 24, "<L", 10)
    content = listed_as(content, "c.png", 24, "<L", len(CAT) + 100)
    content = renamed_in_list(content, "d.png", b"x.png")
    done = await uploading.taken(project, content, "pets.zip")
    assert counts(done) == (5, 1, 0, 4)
    told = {value: why for _, _, why, value in await says(yard, done)}
    assert told["a.png"].startswith("a.png is damaged: its checksum is another one")
    assert told["b.png"].startswith("b.png holds more than the 10 bytes")
    assert told["c.png"].startswith(f"c.png holds {len(CAT) + 1:,} bytes, and the list says {len(CAT) + 100:,}")
    assert told["x.png"].startswith("x.png has another name in the list")
    assert await left_behind(yard) == (0, 0)


# --- how it goes


async def test_a_cancelled_zip_leaves_nothing_behind(
    uploading: Uploading, yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = await yard.project(PHOTO_FLOW)
    upload = (await uploading.give(project, a_zip({"a.png": CAT, "b.png": DOG}), "p.zip")).json
    put_away, seen = files.put_away, []

    async def cancels_in_between(*given: Any) -> Any:
        stored = await put_away(*given)
        seen.append(stored)
        if len(seen) == 1:
            assert (await yard.owner.post(f"/uploads/{upload['id']}/cancel")).status == 200
        return stored

    monkeypatch.setattr(files, "put_away", cancels_in_between)
    shown = await uploading.enter(upload)
    assert shown["state"] == "cancelled"
    assert seen
    assert await left_behind(yard) == (0, 0)
    assert await tasks(yard, project) == []


async def test_whoever_may_give_no_files_gives_no_zip(yard: Yard) -> None:
    project = await yard.project(PHOTO_FLOW)
    key = (await yard.owner.post("/keys", json={"name": "k", "role": "manager", "scopes": ["uploads.write"]})).json[
        "key"
    ]
    said = await yard.owner.post(
        "/uploads",
        files={"file": ("p.zip", a_zip({"a.png": CAT}))},
        data={"project": project},
        headers={"Authorization": f"Bearer {key}"},
    )
    assert said.problem == "not_allowed"


# --- a look before


async def test_a_preview_shows_the_first_files_small_and_what_is_wrong_with_them(yard: Yard) -> None:
    project = await yard.project(PHOTO_FLOW)
    content = a_zip({**DEBRIS, "pets/cat.png": CAT, "pets/no.txt": b"hello"})
    seen = await yard.owner.post("/uploads/preview", files={"file": ("p.zip", content)}, data={"project": project})
    cat, no = seen.json["rows"]
    assert (seen.json["format"], seen.json["columns"], seen.json["problem"]) == ("zip", [], None)
    assert cat["picture"].startswith("data:image/webp;base64,")
    assert (cat["input"], cat["external_id"], cat["flaws"]) == ({"photo": "pets/cat.png"}, "pets/cat.png", [])
    assert no["flaws"][0]["says"].startswith("pets/no.txt is no picture")
    assert seen.json["notes"][0] == "1 folder of the ZIP was passed over."
    assert (await yard.sql("SELECT 1 FROM files WHERE workspace_id = :here", here=yard.workspace_id)) == []


async def test_a_preview_shows_the_columns_of_a_manifest_and_names_that_are_no_files(yard: Yard) -> None:
    project = await yard.project(NOTED_FLOW)
    content = a_zip({"manifest.csv": b"foto,note\ncat.png,hi\ngone.png,ho", "cat.png": CAT})
    seen = await yard.owner.post("/uploads/preview", files={"file": ("p.zip", content)}, data={"project": project})
    assert [(column["name"], column["to"]) for column in seen.json["columns"]] == [("foto", "photo"), ("note", "note")]
    fine, bad = seen.json["rows"]
    assert fine["picture"]
    assert fine["flaws"] == []
    assert bad["flaws"][0]["says"].startswith("gone.png is neither a file of the ZIP")


@pytest.mark.parametrize("name", ["manifest.csv", "manifest.jsonl", "manifest.json"])
async def test_a_preview_reads_no_more_of_a_manifest_than_its_first_rows(
    yard: Yard, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(preview_zip, "MANIFEST_BYTES_SEEN", 100_000)
    project = await yard.project(NOTED_FLOW)
    rows = [{"photo": f"none-{number}.png"} for number in range(20_000)]
    lines = [json.dumps(row) for row in rows]
    said = {
        "manifest.csv": "photo\n" + "\n".join(row["photo"] for row in rows),
        "manifest.jsonl": "\n".join(lines),
        "manifest.json": f"[{','.join(lines)}",  # its end, which is not looked at, is missing
    }
    content = a_zip({name: said[name].encode(), "cat.png": CAT})
    seen = await yard.owner.post("/uploads/preview", files={"file": ("p.zip", content)}, data={"project": project})
    assert [column["name"] for column in seen.json["columns"]] == ["photo"]
    assert [row["row"] for row in seen.json["rows"]] == list(range(1, 21))


async def test_a_preview_says_that_a_manifest_is_needed(yard: Yard) -> None:
    project = await yard.project(CLASSIFY_FLOW)
    seen = await yard.owner.post(
        "/uploads/preview", files={"file": ("p.zip", a_zip({"a.png": CAT}))}, data={"project": project}
    )
    assert "has no field for a file" in seen.json["problem"]
