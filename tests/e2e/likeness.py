"""Is a screen like the picture that is kept of it: the same layout and colours, whatever a letter's edge or a digit.

Pictures are kept at half size in 256 colours, which evens out how a browser smooths letters.  Two things are
counted: *points* that differ strongly (something moved, came or went) and *squares* of 16 screen pixels whose
mean colour is another (something is painted differently).  A digit changes a few points and no square; a menu
that is gone, a table moved by 8 pixels or a panel of another grey changes hundreds.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops

COLOURS = 256
SMALLER = 2
SQUARE = 8  # points of the small picture
POINT_DIFFERS = 60  # of 255, in any channel
SQUARE_DIFFERS = 9
POINTS_ALLOWED = 0.004  # of all
SQUARES_ALLOWED = 0.005


@dataclass(frozen=True, slots=True)
class Unlike:
    """points, squares: shares of what differs; `shown` has it in red over the picture as it is now."""

    points: float
    squares: float
    shown: Image.Image

    @property
    def too_much(self) -> bool:
        return self.points > POINTS_ALLOWED or self.squares > SQUARES_ALLOWED

    def __str__(self) -> str:
        return (
            f"points that differ {self.points:.2%} (allowed {POINTS_ALLOWED:.1%}),"
            f" squares of another colour {self.squares:.2%} (allowed {SQUARES_ALLOWED:.1%})"
        )


def small(screenshot: bytes) -> Image.Image:
    return Image.open(io.BytesIO(screenshot)).convert("RGB").reduce(SMALLER)


def keep(picture: Image.Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)


def compare(kept: Image.Image, now: Image.Image) -> Unlike:
    if kept.size != now.size:
        return Unlike(1, 1, now)
    kept = kept.convert("RGB")
    points = _where(kept, now, POINT_DIFFERS)
    squares = _where(kept.reduce(SQUARE), now.reduce(SQUARE), SQUARE_DIFFERS)
    marked = ImageChops.lighter(points, squares.resize(now.size, Image.Resampling.NEAREST).point(lambda on: on // 2))
    shown = Image.composite(Image.new("RGB", now.size, "red"), now, marked)
    return Unlike(_share(points), _share(squares), shown)


def _where(one: Image.Image, other: Image.Image, differs: int) -> Image.Image:
    """White where any channel differs by more."""
    red, green, blue = ImageChops.difference(one, other).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return most.point(lambda by: 255 if by > differs else 0)


def _share(marked: Image.Image) -> float:
    return marked.histogram()[255] / (marked.width * marked.height)
