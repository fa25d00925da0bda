"""The picture reader: a child process that decodes what users sent, under limits, and speaks frames over its pipes.

A frame is two lengths, a JSON object and bytes. Nothing that a user sent is ever run or unpickled; when decoding goes
wrong in a way nobody foresaw, this process dies, and not the server.
"""

from __future__ import annotations

import io
import json
import os
import struct
import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from taskyard.gateways.pictures_header import MEDIA_TYPES, Header, Limits, Refused, read_header, too_many_bytes

if TYPE_CHECKING:
    from PIL import Image

LENGTHS = struct.Struct(">II")
MEMORY_BYTES_MAX = 1_500_000_000
# A process that once held this much is replaced, so that an idle reader is a small one.
RETIRE_AFTER_KILOBYTES = 250_000
# Above this a PNG takes long to write and longer to load: a good JPEG is better.
LOSSLESS_PIXELS_MAX = 8_000_000
JPEG_QUALITY = 92
DRAFT = 8
TURNED = frozenset({5, 6, 7, 8})
ORIENTATION = 0x0112

Answer = tuple[dict[str, Any], bytes]


def main() -> None:
    """Answer frames until the pipe closes."""
    limit_self(MEMORY_BYTES_MAX)
    requests, answers = _private_pipes()
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # the header was asked already, with limits of our own
    warnings.simplefilter("ignore")
    # The first figure is our parent's on Linux, whose memory the kernel counts until we have a larger peak.
    retire_above = max(RETIRE_AFTER_KILOBYTES, _peak_kilobytes())
    while (frame := read_frame(requests)) is not None:
        told, content = answer_to(*frame)
        told["retire"] = _peak_kilobytes() > retire_above
        write_frame(answers, told, content)


def limit_self(memory_bytes: int) -> None:
    """Bound this process: its memory, no files written, no core dumps. Where the system cannot, do without."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, most in ((resource.RLIMIT_AS, memory_bytes), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(kind, (most, most))
        except (ValueError, OSError):  # macOS knows the name RLIMIT_AS and refuses it
            continue


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return the pipes under numbers of their own, so that nothing a library prints gets into a frame."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    return requests, answers


def read_frame(pipe: BinaryIO) -> Answer | None:
    """Return the next frame, or None when the other side has closed."""
    lengths = pipe.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    told, content = LENGTHS.unpack(lengths)
    return json.loads(pipe.read(told)), pipe.read(content)


def write_frame(pipe: BinaryIO, told: Mapping[str, Any], content: bytes) -> None:
    """Write one frame."""
    head = json.dumps(told).encode()
    pipe.write(LENGTHS.pack(len(head), len(content)) + head + content)
    pipe.flush()


def answer_to(request: dict[str, Any], content: bytes) -> Answer:
    """Return the answer to one request; a refusal is an answer too."""
    form = "unknown"
    try:
        limits = Limits(**request["limits"])
        if path := request.get("path"):
            content = _content_of(Path(path), limits)
        header = read_header(content, limits)
        form = header.format
        return _VERBS[request["verb"]](header, content, request)
    except Refused as refused:
        return {"refused": refused.problem, "told": refused.told}, b""
    except MemoryError:
        return {"refused": "PictureTooHeavy", "told": {"megabytes": f"{MEMORY_BYTES_MAX / 1e6:g}"}}, b""
    except Exception as error:  # noqa: BLE001 - decoders raise nearly anything, and this process is their wall
        return {"refused": "PictureBroken", "told": {"format": form, "reason": _reason(error)}}, b""


def _content_of(path: Path, limits: Limits) -> bytes:
    try:
        if (size := path.stat().st_size) > limits.bytes:
            raise too_many_bytes(size, limits)
        return path.read_bytes()
    except OSError as error:
        raise Refused("PictureMissing") from error


def _reason(error: Exception) -> str:
    if "truncated" in str(error).lower() or isinstance(error, EOFError):
        return "it is cut off before its end"
    return "its contents are damaged"


def inspect(header: Header, content: bytes, _request: Mapping[str, Any]) -> Answer:
    """Decode the picture once, small where the format allows it, and say what it is."""
    with _opened(header, content) as image:
        stored_mode, turned = image.mode, _orientation(image) in TURNED
        image.draft(None, (header.width // DRAFT, header.height // DRAFT))
        image.load()
    width, height = (header.height, header.width) if turned else (header.width, header.height)
    notes = []
    if header.frames > 1:
        notes.append(f"This is an animation; only the first of its {header.frames:,} frames is used.")
    if stored_mode == "CMYK":
        notes.append("Its print colours (CMYK) are shown as screen colours.")
    if stored_mode.startswith(("I", "F")):
        notes.append("Its 16-bit greys are shown as 8-bit ones.")
    told = {"format": header.format, "media_type": MEDIA_TYPES[header.format], "notes": notes}
    return {**told, "width": width, "height": height, "frames": header.frames}, b""


def view(header: Header, content: bytes, _request: Mapping[str, Any]) -> Answer:
    """Encode the picture anew, upright, in plain colours and without anything but pixels."""
    with _opened(header, content) as image:
        return _encoded(_plain(image), header.format)


def thumbnail(header: Header, content: bytes, request: Mapping[str, Any]) -> Answer:
    """Encode the picture small, for lists."""
    side = int(request["side"])
    with _opened(header, content) as image:
        image.draft(None, (side * 2, side * 2))
        if image.width * image.height > (side * 4) ** 2 and image.mode in {"RGB", "RGBA", "L", "CMYK"}:
            image.thumbnail((side * 2, side * 2), reducing_gap=1.5)
        small = _plain(image)
    small.thumbnail((side, side))
    return _written(small, "WEBP", quality=80, method=2)


def draw(header: Header, content: bytes, request: Mapping[str, Any]) -> Answer:
    """Encode the picture with regions drawn on it."""
    from taskyard.gateways.pictures_draw import draw_regions

    with _opened(header, content) as image:
        plain = _plain(image)
    return _encoded(draw_regions(plain, request["regions"], request["labels"]), header.format)


_VERBS: dict[str, Callable[[Header, bytes, Mapping[str, Any]], Answer]] = {
    "inspect": inspect,
    "view": view,
    "thumbnail": thumbnail,
    "draw": draw,
}


def _opened(header: Header, content: bytes) -> Image.Image:
    from PIL import Image

    image = Image.open(io.BytesIO(content), formats=[header.format])
    if image.width * image.height > header.width * header.height:
        raise Refused("PictureBroken", format=header.format, reason="it is larger than its header says")
    return image


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - damaged metadata does not make the pixels unreadable
        return 1


def _plain(image: Image.Image) -> Image.Image:
    """Return the first frame upright as RGB or RGBA in sRGB, carrying nothing but pixels."""
    from PIL import Image

    image.load()
    profile = image.info.get("icc_profile")
    how = _TURNS.get(_orientation(image))
    has_alpha = image.has_transparency_data
    if image.mode.startswith(("I", "F")):
        image = _eight_bit(image)
    plain = _in_srgb(image, profile) if profile and image.mode in {"RGB", "CMYK"} else None
    plain = plain or image.convert("RGBA" if has_alpha else "RGB")
    if how is not None:
        plain = plain.transpose(Image.Transpose[how])
    plain.info.clear()
    return plain


_TURNS = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}


def _eight_bit(image: Image.Image) -> Image.Image:
    """Return 16-bit greys as 8-bit ones; plain conversion would cut everything above 255 to white."""
    return image.point(lambda value: value * (1 / 256)).convert("L")


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image | None:
    """Return the picture in the colours of the web, or None when its profile is no use."""
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _encoded(image: Image.Image, source_format: str) -> Answer:
    is_small = image.width * image.height <= LOSSLESS_PIXELS_MAX
    if is_small and (source_format in {"PNG", "GIF"} or image.mode == "RGBA"):
        return _written(image, "PNG", compress_level=1)
    if image.mode == "RGBA":
        image = _on_white(image)
    return _written(image, "JPEG", quality=JPEG_QUALITY, subsampling=0 if is_small else 2)


def _on_white(image: Image.Image) -> Image.Image:
    """Return a see-through picture as it looks on paper: encoding that much transparency takes seconds."""
    from PIL import Image

    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _written(image: Image.Image, form: str, **options: Any) -> Answer:
    out = io.BytesIO()
    image.save(out, form, **options)
    return {"media_type": MEDIA_TYPES[form], "width": image.width, "height": image.height}, out.getvalue()


def _peak_kilobytes() -> int:
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak
