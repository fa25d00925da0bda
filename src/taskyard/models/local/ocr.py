"""Reading the text of a picture with the weights that come inside the `rapidocr` package. Reaches for no network."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taskyard.models.local.layout import Piece
from taskyard.models.problems import ModelUnavailable

THREADS = 2
LINES_AT_ONCE = 24
PIXELS_MAX = 50_000_000
SIDE_MIN = 30
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


@dataclass(frozen=True, slots=True)
class Reading:
    """The text of one picture, and the size of the picture its corners refer to."""

    pieces: list[Piece]
    width: int
    height: int


class Reader:
    """The engine, loaded by its first picture. Not for two threads at once: a Bench sees to that."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._engine: Any = None

    def read(
        self, picture: bytes, *, longest_side: int, score_min: float, next_piece: Callable[[str], None]
    ) -> Reading:
        """Return the text of a picture. `next_piece` is called between pieces of work and may raise to end it."""
        next_piece("Loading the reader" if self._engine is None else "Looking for text")
        engine = self._loaded()
        image = _pixels(picture)
        height, width = image.shape[:2]
        small, scale = _fitted(image, longest_side)
        pieces = [
            Piece(piece.text, piece.score, tuple((x * scale[0], y * scale[1]) for x, y in piece.corners))
            for piece in _read(engine, small, next_piece)
            if piece.score >= score_min
        ]
        return Reading(pieces, width, height)

    def _loaded(self) -> Any:
        if self._engine is None:
            self._engine = _engine(self._model)
        return self._engine


def _engine(model: str) -> Any:
    import cv2
    import rapidocr
    from omegaconf import flag_override

    folder = Path(rapidocr.__file__).parent / "models"
    cv2.setNumThreads(1)
    engine = rapidocr.RapidOCR(params={"Global.log_level": "critical"})
    for part in ("det", "cls", "rec"):
        weights = next(folder.glob(f"*_{part}_*.onnx"), None)
        if weights is None:
            raise ModelUnavailable(model=model, reason=f"its weights are missing in {folder}. Install rapidocr again.")
        settings = engine.cfg[part.capitalize()]
        with flag_override(settings, "allow_objects", values=True):
            settings.session = _session(weights)
    return engine


def _session(weights: Path) -> Any:
    """Load weights ourselves: the package would fetch those it does not find, and this model promises not to.

    Its threads do not spin while they wait either, which under load costs everybody half a core.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(weights), sess_options=options, providers=["CPUExecutionProvider"])


def _pixels(picture: bytes) -> Any:
    import numpy as np
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(picture), formats=FORMATS) as opened:
        if opened.width * opened.height > PIXELS_MAX:
            raise ValueError(f"A picture of {opened.width} by {opened.height} pixels has not passed the intake.")
        upright = ImageOps.exif_transpose(opened)
        if upright.has_transparency_data:
            upright = upright.convert("RGBA")
            paper = Image.new("RGBA", upright.size, "white")
            upright = Image.alpha_composite(paper, upright)
        colours = np.asarray(upright.convert("RGB"))
    return np.ascontiguousarray(colours[:, :, ::-1])  # the engine wants blue first


def _fitted(image: Any, longest_side: int) -> tuple[Any, tuple[float, float]]:
    """Return the picture no larger than asked and no smaller than the engine bears, and the way back."""
    import cv2

    height, width = image.shape[:2]
    ratio = min(1.0, longest_side / max(height, width))
    new = max(round(width * ratio), SIDE_MIN), max(round(height * ratio), SIDE_MIN)
    if new == (width, height):
        return image, (1.0, 1.0)
    return cv2.resize(image, new, interpolation=cv2.INTER_AREA), (width / new[0], height / new[1])


def _read(engine: Any, image: Any, next_piece: Callable[[str], None]) -> Iterator[Piece]:
    from rapidocr.main import RapidOCRError
    from rapidocr.utils.process_img import map_boxes_to_original

    height, width = image.shape[:2]
    done: dict[str, Any] = {"preprocess": {"ratio_h": 1.0, "ratio_w": 1.0}}
    try:
        crops, found = engine.detect_and_crop(image, done)
    except RapidOCRError:  # its way to say that there is no text
        return
    boxes = map_boxes_to_original(found.boxes, done, height, width)
    # Lines of like length go together: a batch is padded to its longest line.
    order = sorted(range(len(crops)), key=lambda one: crops[one].shape[1] / max(crops[one].shape[0], 1))
    read: dict[int, tuple[str, float]] = {}
    for start in range(0, len(order), LINES_AT_ONCE):
        next_piece(f"Reading line {start + 1} of {len(order)}")
        batch = order[start : start + LINES_AT_ONCE]
        upright = engine.cls_and_rotate([crops[one] for one in batch])[0]
        told = engine.recognize_txt(upright)
        read |= dict(zip(batch, zip(told.txts, told.scores, strict=True), strict=True))
    for one, corners in enumerate(boxes):
        text, score = read[one]
        if text.strip():
            yield Piece(text.strip(), round(float(score), 4), tuple((float(x), float(y)) for x, y in corners))
