"""Pictures that users sent: what they are, safe copies to show, thumbnails, and regions drawn on them.

All decoding happens in a child process with bounded memory and time; this side imports no picture library.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process, create_subprocess_exec
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from taskyard.gateways.pictures_child import LENGTHS
from taskyard.gateways.pictures_header import Limits
from taskyard.gateways.pictures_problems import REFUSALS, PictureReaderFailed, PictureTooSlow

SOURCE = Path(__file__).parents[2]
START = "import sys; sys.path.insert(0, sys.argv[1]); from taskyard.gateways.pictures_child import main; main()"
# What the child may know of our environment: how to start, and nothing secret.
PASSED_ON = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
CLOSE_SECONDS = 2.0

DEFAULT_LIMITS = Limits(bytes=25_000_000, pixels=50_000_000, side=16_384, frame_pixels=100_000_000)


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture is by its content. Width and height are those of the upright picture."""

    format: str
    media_type: str
    width: int
    height: int
    frames: int = 1
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rendering:
    """A picture we encoded: upright, sRGB, first frame only, no metadata."""

    media_type: str
    width: int
    height: int
    content: bytes


class Pictures:
    """The one way to user pictures. Starts its child at the first question and replaces it when it misbehaves.

    A question takes a path or the bytes themselves. Questions are answered one after the other; the time limit
    counts from when the child begins. Use it as an async context manager, or `close` it.
    """

    def __init__(
        self, limits: Limits = DEFAULT_LIMITS, *, seconds_max: float = 10.0, idle_seconds: float = 60.0
    ) -> None:
        self._limits = asdict(limits)
        self._seconds_max = seconds_max
        self._idle_seconds = idle_seconds
        self._turn = asyncio.Lock()
        self._child: Process | None = None
        self._idle: asyncio.Task[None] | None = None

    async def inspect(self, source: Path | bytes) -> Picture:
        """Say what the picture is, having decoded it once; refuses what is no picture, broken, or over the limits."""
        told, _content = await self._ask("inspect", source)
        return Picture(**{**told, "notes": tuple(told["notes"])})

    async def view(self, source: Path | bytes) -> Rendering:
        """Return the picture encoded anew for people and models to look at."""
        return Rendering(content=(answer := await self._ask("view", source))[1], **answer[0])

    async def thumbnail(self, source: Path | bytes, side: int = 320) -> Rendering:
        """Return the picture as WebP with no side longer than this."""
        return Rendering(content=(answer := await self._ask("thumbnail", source, side=side))[1], **answer[0])

    async def draw(
        self, source: Path | bytes, regions: Sequence[Mapping[str, Any]], *, labels: Sequence[str] = ()
    ) -> Rendering:
        """Return the picture with checked regions drawn on it, numbered; `labels` fixes which hue each label has."""
        wanted = {"regions": [_drawn_part(region) for region in regions], "labels": list(labels)}
        return Rendering(content=(answer := await self._ask("draw", source, **wanted))[1], **answer[0])

    async def close(self) -> None:
        """End the child. A later question starts another."""
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        async with self._turn:
            await self._end_child()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _ask(self, verb: str, source: Path | bytes, **wanted: Any) -> tuple[dict[str, Any], bytes]:
        request = {"verb": verb, "limits": self._limits, **wanted}
        content = b""
        if isinstance(source, Path):
            request["path"] = str(source)
        elif len(source) <= self._limits["bytes"]:
            content = source
        else:
            content = source[: self._limits["bytes"] + 1]  # one byte too many says enough
        async with self._turn:
            told, content = await self._exchange(request, content)
        self._watch_idleness()
        if "refused" in told:
            raise REFUSALS[told["refused"]](**told["told"])
        return told, content

    async def _exchange(self, request: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
        was_running = self._child is not None
        try:
            async with asyncio.timeout(self._seconds_max):
                child = await self._started()
                told, answer = await _frames(child, json.dumps(request).encode(), content)
        except TimeoutError:
            await self._kill_child()
            raise PictureTooSlow(seconds=f"{self._seconds_max:g}") from None
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            await self._kill_child()
            if was_running:  # it may have been dead before this picture came; a fresh one will tell
                return await self._exchange(request, content)
            raise PictureReaderFailed from error
        except BaseException:  # cancelled in the middle of a frame: the next one would begin in the wrong place
            await self._kill_child()
            raise
        if told.pop("retire", False):
            await self._end_child()
        return told, answer

    async def _started(self) -> Process:
        if self._child is None or self._child.returncode is not None:
            environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
            self._child = await create_subprocess_exec(
                *(sys.executable, "-I", "-c", START, str(SOURCE)),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env=environment,
            )
        return self._child

    async def _end_child(self) -> None:
        """Let the child end by closing its pipe; it holds nothing that could be lost."""
        child = self._child
        if child is None:
            return
        if child.stdin is not None:
            child.stdin.close()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await child.wait()
        except TimeoutError:
            await self._kill_child()
        self._child = None

    async def _kill_child(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.returncode is None:
            child.kill()
        await asyncio.shield(child.wait())

    def _watch_idleness(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.create_task(self._end_when_idle(), name="pictures-idle")

    async def _end_when_idle(self) -> None:
        await asyncio.sleep(self._idle_seconds)
        async with self._turn:
            await self._end_child()


async def _frames(child: Process, request: bytes, content: bytes) -> tuple[dict[str, Any], bytes]:
    if child.stdin is None or child.stdout is None:
        raise ConnectionError("The picture reader has no pipes.")
    child.stdin.write(LENGTHS.pack(len(request), len(content)))
    child.stdin.write(request)
    child.stdin.write(content)
    await child.stdin.drain()
    told, answer = LENGTHS.unpack(await child.stdout.readexactly(LENGTHS.size))
    return json.loads(await child.stdout.readexactly(told)), await child.stdout.readexactly(answer)


def _drawn_part(region: Mapping[str, Any]) -> dict[str, Any]:
    return {name: region[name] for name in ("label", "box", "points") if region.get(name) is not None}
