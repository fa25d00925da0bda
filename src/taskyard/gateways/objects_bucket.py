"""Objects in an S3-compatible store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from taskyard.gateways.objects_incoming import PIECE_BYTES
from taskyard.gateways.objects_problems import FilesUnreachable, FilesUrlUnusable, NoSpaceLeft
from taskyard.kit.logs import log
from taskyard.kit.settings import Settings
from taskyard.kit.words import shortened

if TYPE_CHECKING:
    from obstore import GetOptions
    from obstore.store import ClientConfig, S3Config, S3Store

PART_BYTES = 8_000_000
PARTS_AT_ONCE = 3
# How the stores we know of say that they are full; S3 itself never is.
FULL_WORDS = ("StorageFull", "QuotaExceeded", "507 Insufficient Storage")

logger = log("objects")


class BucketShelf:
    """A bucket, or the part of it below a prefix."""

    def __init__(self, settings: Settings) -> None:
        self._store = _open(settings)

    async def put_path(self, name: str, path: Path) -> None:
        """Keep a file; acknowledged by the store means durable."""
        import obstore

        with _trouble_told():
            await obstore.put_async(self._store, name, path, chunk_size=PART_BYTES, max_concurrency=PARTS_AT_ONCE)

    async def put_bytes(self, name: str, content: bytes) -> None:
        """Keep these bytes."""
        import obstore

        with _trouble_told():
            await obstore.put_async(self._store, name, content)

    async def read(self, name: str, span: tuple[int, int] | None = None) -> AsyncIterator[bytes]:
        """Give the bytes in pieces. FileNotFoundError when there is no such object."""
        import obstore

        asked: GetOptions = {"range": span} if span else {}
        with _trouble_told():
            found = await obstore.get_async(self._store, name, options=asked)
        pieces = aiter(found.stream(min_chunk_size=PIECE_BYTES))
        while True:
            try:
                with _trouble_told():
                    piece = bytes(await anext(pieces))
            except StopAsyncIteration:
                return
            yield piece

    async def size(self, name: str) -> int | None:
        """Return the bytes it has, or None when there is no such object."""
        import obstore

        try:
            with _trouble_told():
                return (await obstore.head_async(self._store, name))["size"]
        except FileNotFoundError:
            return None

    async def delete(self, names: list[str]) -> None:
        """Remove them for good. Those that are not there are no trouble."""
        import obstore

        with _trouble_told():
            await obstore.delete_async(self._store, names)


def _open(settings: Settings) -> S3Store:
    from obstore.exceptions import BaseError
    from obstore.store import S3Store

    said = settings.files_url or ""
    parts = urlsplit(said)
    if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment:
        raise FilesUrlUnusable(files_url=said, why="write it as s3://bucket or s3://bucket/prefix")
    options: ClientConfig = {
        # Only an operator who writes http:// himself gets it.
        "allow_http": (settings.files_endpoint or "").startswith("http://"),
        "connect_timeout": timedelta(seconds=5),
        "read_timeout": timedelta(seconds=30),
        "timeout": timedelta(minutes=15),
    }
    config: S3Config = {"region": settings.files_region}
    if settings.files_endpoint:
        config["endpoint"] = settings.files_endpoint
    # Without keys the store's own ways are used: the environment, or the machine's role.
    if settings.files_access_key and settings.files_secret_key:
        config["access_key_id"] = settings.files_access_key.get_secret_value()
        config["secret_access_key"] = settings.files_secret_key.get_secret_value()
    try:
        return S3Store(
            parts.netloc,
            prefix=parts.path.strip("/") or None,
            config=config,
            client_options=options,
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=20)},
        )
    except (BaseError, ValueError) as error:
        raise FilesUrlUnusable(files_url=said, why=shortened(str(error))) from error


@contextmanager
def _trouble_told() -> Iterator[None]:
    from obstore.exceptions import BaseError

    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:
        says = str(error)
        logger.warning("bucket.refused", error=type(error).__name__, says=shortened(says, 400))
        raise NoSpaceLeft if any(word in says for word in FULL_WORDS) else FilesUnreachable from error
