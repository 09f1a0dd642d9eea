"""From what an image file holds (bits, 16 bit grey, palette, CMYK, alpha, ...) to RGB of a wanted size."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms, TiffImagePlugin

from documents.canvas import Canvas, new
from documents.sizing import preview_size
from schemas.pages import Pixels

BAND_PIXELS = 4_000_000  # what is converted at once: a large picture is never held a second time in another mode
RESIZED_PIXELS = 1 << 19  # at once
COPIED_PIXELS = 1 << 16  # at once: they stay in the processor's cache
KEPT_FOR_FILTER = 2  # whole-number averaging stops at this multiple of the wanted size; a filter does the rest
_INTEGER_WHITES = tuple(2.0**bits - 1 for bits in (8, 10, 12, 14, 16, 24, 32))  # depths of cameras, scanners and files
_FLOAT_WHITES = (1.0, 255.0, 65535.0)
_SHRINKING = Image.Resampling.HAMMING  # averages areas
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def to_pixels(image: Image.Image, size: tuple[int, int], orientation: int, canvas: Canvas = new) -> Pixels:
    """(height, width, 3) RGB of a loaded image, or what else the canvas takes, turned by its EXIF orientation (1..8).

    `size` is (width, height) as a person sees it, after the turn. Pictures with alpha stand on white. Shrinking
    averages areas; enlarging is bicubic.
    """
    width, height = size if orientation < 5 else size[::-1]
    factors = (
        max(1, image.width // (KEPT_FOR_FILTER * width)),
        max(1, image.height // (KEPT_FOR_FILTER * height)),
    )
    plain = _reduced(image, factors)
    if orientation not in _TURNS:
        return _drawn(plain, (width, height), canvas)
    turned = _band(plain, (width, height), 0, height).transpose(_TURNS[orientation])
    return _drawn(turned, turned.size, canvas)


def shrunk(pixels: Pixels, longest: int) -> Pixels:
    """The picture, RGB or grey, with no side longer than `longest`; itself where none is."""
    height, width = pixels.shape[:2]
    size = preview_size(width, height, longest)
    return pixels if size == (width, height) else np.asarray(Image.fromarray(pixels).resize(size, _SHRINKING))


def to_grey(pixels: Pixels) -> npt.NDArray[np.uint8]:
    """(height, width) uint8 luma of RGB pixels."""
    return np.asarray(Image.fromarray(pixels).convert("L"))


def _drawn(plain: Image.Image, size: tuple[int, int], canvas: Canvas) -> Pixels:
    """The picture in another size, by bands: Pillow holds each twice more, in memory that is new to a fresh process."""
    width, height = size
    pixels = canvas(height, width)
    mode = "RGB" if pixels.ndim == 3 else "L"
    rows = max(1, (COPIED_PIXELS if plain.size == size else RESIZED_PIXELS) // width)
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        band = _band(plain, size, top, bottom)
        pixels[top:bottom] = np.asarray(band if band.mode == mode else band.convert(mode))
    return pixels


def _band(plain: Image.Image, size: tuple[int, int], top: int, bottom: int) -> Image.Image:
    """Some rows of the picture in another size."""
    width, height = size
    if plain.size == size:
        return plain.crop((0, top, width, bottom))
    enlarging = width > plain.width or height > plain.height
    down = plain.height / height
    box = (0, top * down, plain.width, min(plain.height, bottom * down))
    filtered = Image.Resampling.BICUBIC if enlarging else _SHRINKING
    return plain.resize((width, bottom - top), filtered, box)


def _reduced(image: Image.Image, factors: tuple[int, int]) -> Image.Image:
    """The image in RGB, or in L where it is grey, averaged over blocks of `factors` (across, down) pixels, by bands."""
    if image.mode in ("RGB", "L") and factors == (1, 1) and not image.has_transparency_data:
        return image
    levels = _levels(image)
    across, down = factors
    is_grey = levels is not None or (image.mode in ("1", "L") and not image.has_transparency_data)
    out = Image.new("L" if is_grey else "RGB", (-(-image.width // across), -(-image.height // down)))
    rows = max(1, BAND_PIXELS // (image.width * down)) * down
    for top in range(0, image.height, rows):
        band = _plain(image.crop((0, top, image.width, min(image.height, top + rows))), levels)
        out.paste(band if factors == (1, 1) else band.reduce(factors), (0, top // down))
    return out


def _levels(image: Image.Image) -> tuple[float, float] | None:
    """The values that stand for black and white in a mode of more than 8 bits, None for the others."""
    if image.mode[0] not in "IF":
        return None
    values = np.asarray(image)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if not (np.isfinite(low) and np.isfinite(high)):
        return 0.0, 1.0
    if low >= 0:
        depths = _FLOAT_WHITES if image.mode == "F" else _INTEGER_WHITES
        low, high = 0.0, next((white for white in depths if high <= white), high)
    high = max(high, low + 1)
    tags = image.tag_v2 if isinstance(image, TiffImagePlugin.TiffImageFile) else {}
    white_is_zero = tags.get(TiffImagePlugin.PHOTOMETRIC_INTERPRETATION) == 0
    return (high, low) if white_is_zero else (low, high)


def _plain(band: Image.Image, levels: tuple[float, float] | None) -> Image.Image:
    """In L where it is grey, else in RGB."""
    if levels is not None:
        low, high = levels
        scaled = (np.asarray(band).astype(np.float32) - low) * (255 / (high - low))
        grey = np.clip(np.nan_to_num(scaled, nan=255.0), 0, 255).round().astype(np.uint8)
        return Image.fromarray(grey)
    if band.mode == "LAB":
        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(band, lab, srgb, outputMode="RGB")
        assert converted is not None  # it is None only when converting in place
        return converted
    if band.has_transparency_data:
        rgba = band.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
    return band.convert("L" if band.mode in ("1", "L") else "RGB")
