"""Refusals about pictures."""

from __future__ import annotations

from taskyard.kit.problems import Kind, Problem


class NotAPicture(Problem):
    """This file is {what}, not a picture Taskyard takes. Save it as PNG, JPEG, WebP or GIF and add it again."""

    kind = Kind.UNSUPPORTED


class SvgRefused(Problem):
    """This file is an SVG drawing, which can carry scripts. Export it as PNG and add that."""

    kind = Kind.UNSUPPORTED


class PictureTooLarge(Problem):
    """This picture has {megabytes} MB; up to {limit} MB are taken. Make it smaller or save it as JPEG."""

    kind = Kind.TOO_LARGE


class PictureTooLong(Problem):
    """This picture is {width} by {height} pixels; a side takes up to {limit}. Scale it down or cut it up."""

    kind = Kind.TOO_LARGE


class PictureTooManyPixels(Problem):
    """This picture has {megapixels} million pixels ({width} by {height}); up to {limit} million go. Scale it down."""

    kind = Kind.TOO_LARGE


class PictureTooManyFrames(Problem):
    """This animation has {frames} or more frames, over {limit} million pixels in all. Save its first frame."""

    kind = Kind.TOO_LARGE


class PictureBroken(Problem):
    """This {format} picture cannot be read: {reason}. Open it in a picture program, save it anew and add that."""

    kind = Kind.INVALID


class PictureTooHeavy(Problem):
    """Reading this picture took more than the {megabytes} MB of memory allowed. Scale it down or save it as JPEG."""

    kind = Kind.TOO_LARGE


class PictureTooSlow(Problem):
    """Reading this picture took more than the {seconds} seconds allowed. Scale it down or save it as JPEG."""

    kind = Kind.TOO_LARGE


class PictureMissing(Problem):
    """The bytes of this picture are not there any more. Add the picture again."""

    kind = Kind.MISSING


class PictureReaderFailed(Problem):
    """The picture reader ended while it read this picture. Save the picture anew, as JPEG or PNG, and add that."""

    kind = Kind.INVALID


REFUSALS: dict[str, type[Problem]] = {
    refusal.__name__: refusal
    for refusal in (
        NotAPicture,
        SvgRefused,
        PictureTooLarge,
        PictureTooLong,
        PictureTooManyPixels,
        PictureTooManyFrames,
        PictureBroken,
        PictureTooHeavy,
        PictureMissing,
    )
}
