"""Pictures as PDFs: the same pixels in the same place, and the file's own bytes wherever that can be."""

from __future__ import annotations

import io
from typing import NamedTuple

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import ExifTags, Image, ImageDraw, ImageOps

from documents.overlay import pictures, write_overlay
from documents.overlay.pictures import picture_to_pdf
from schemas.errors import CorruptDocument, TooManyPixels
from schemas.geometry import Quad
from schemas.pages import Word

SIZE = (96, 64)
DPI = (72, 72)  # a pixel a point: PDFium renders the pixels themselves


def picture(mode: str = "RGB", size: tuple[int, int] = SIZE) -> Image.Image:
    """Looks different from each side and in a mirror."""
    image = Image.new("RGB", size, (250, 240, 200))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0] // 3, size[1] // 4), fill=(200, 0, 0))
    draw.rectangle((size[0] // 2, size[1] // 2, size[0], size[1]), fill=(0, 0, 180))
    if mode in ("1", "P"):
        return image.convert(mode, dither=Image.Dither.NONE)
    return image.convert(mode)


def file_of(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def rendered(pdf: bytes, page: int = 0, scale: float = 1.0) -> np.ndarray:
    with pypdfium2.PdfDocument(pdf) as document:
        return np.asarray(document[page].render(scale=scale).to_pil().convert("RGB")).astype(int)


class Embedded(NamedTuple):
    """The picture of the first page, as it stands in the PDF."""

    size: tuple[int, int]
    bits: int
    raw: bytes

    @classmethod
    def of(cls, pdf: bytes) -> Embedded:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            (image,) = document.pages[0].obj.Resources.XObject.values()
            return cls((int(image.Width), int(image.Height)), int(image.BitsPerComponent), image.read_raw_bytes())


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[ExifTags.Base.Orientation] = orientation
    return tags


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_a_turned_picture_is_shown_as_a_person_sees_it(kind: str, orientation: int) -> None:
    tags = {"tiffinfo": {274: orientation}} if kind == "TIFF" else {"exif": exif(orientation)}
    data = file_of(picture(), kind, dpi=DPI, **tags)
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        seen = np.asarray(ImageOps.exif_transpose(image).convert("RGB")).astype(int)
    assert np.abs(rendered(picture_to_pdf(data, f"image/{kind.lower()}")) - seen).max() <= 2


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(file_of(picture(), "JPEG", dpi=DPI), id="rgb"),
        pytest.param(file_of(picture("L"), "JPEG", dpi=DPI), id="grey"),
        pytest.param(file_of(picture("CMYK"), "JPEG", dpi=DPI), id="cmyk"),
        pytest.param(file_of(picture(), "JPEG", dpi=DPI, progressive=True), id="progressive"),
        pytest.param(file_of(picture(), "JPEG", dpi=DPI, icc_profile=b"no profile"), id="broken profile"),
    ],
)
def test_a_jpeg_goes_in_byte_for_byte(data: bytes) -> None:
    pdf = picture_to_pdf(data, "image/jpeg")
    assert Embedded.of(pdf).raw == data
    assert rendered(pdf).shape[:2] == SIZE[::-1]


ALPHA = Image.merge("RGBA", (*picture().split(), Image.linear_gradient("L").resize(SIZE)))
ON_WHITE = Image.alpha_composite(Image.new("RGBA", SIZE, "white"), ALPHA).convert("RGB")


@pytest.mark.parametrize(
    ("data", "kind", "seen"),
    [
        pytest.param(file_of(picture(), "PNG", dpi=DPI), "png", picture(), id="png"),
        pytest.param(file_of(picture("1"), "PNG", dpi=DPI), "png", picture("1"), id="png 1 bit"),
        pytest.param(file_of(picture("P"), "PNG", dpi=DPI), "png", picture("P"), id="png palette"),
        pytest.param(file_of(ALPHA, "PNG", dpi=DPI), "png", ON_WHITE, id="png alpha"),
        pytest.param(file_of(ALPHA, "TIFF", dpi=DPI), "tiff", ON_WHITE, id="tiff alpha"),
        pytest.param(file_of(picture("1"), "TIFF", dpi=DPI), "tiff", picture("1"), id="tiff 1 bit"),
        pytest.param(file_of(picture("1"), "TIFF", compression="group3", dpi=DPI), "tiff", picture("1"), id="fax 3"),
        pytest.param(file_of(picture(), "TIFF", compression="tiff_lzw", dpi=DPI), "tiff", picture(), id="tiff lzw"),
        pytest.param(file_of(picture("P"), "BMP", dpi=DPI), "bmp", picture("P"), id="bmp"),
    ],
)
def test_pixels_are_the_same(data: bytes, kind: str, seen: Image.Image) -> None:
    got = rendered(picture_to_pdf(data, f"image/{kind}"))
    assert np.abs(got - np.asarray(seen.convert("RGB"))).max() <= 1


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        pytest.param(file_of(picture(), "GIF"), "gif", id="gif"),
        pytest.param(file_of(picture(), "WEBP", lossless=True), "webp", id="webp"),
        pytest.param(file_of(picture("CMYK"), "TIFF"), "tiff", id="tiff cmyk"),
    ],
)
def test_pictures_without_a_size_have_300_dots_an_inch(data: bytes, kind: str) -> None:
    pdf = picture_to_pdf(data, f"image/{kind}")
    with pypdfium2.PdfDocument(pdf) as document:
        assert document[0].get_size() == pytest.approx((SIZE[0] * 72 / 300, SIZE[1] * 72 / 300), abs=0.01)
    assert Embedded.of(pdf).size == SIZE


def test_sixteen_bits_stay_sixteen() -> None:
    grey = Image.fromarray(np.arange(0, 65_536, 16, dtype=np.uint16).reshape(64, 64))
    for kind in ("PNG", "TIFF"):
        pdf = picture_to_pdf(file_of(grey, kind), f"image/{kind.lower()}")
        assert Embedded.of(pdf).bits == 16
        with pikepdf.open(io.BytesIO(pdf)) as document:
            (image,) = document.pages[0].obj.Resources.XObject.values()
            assert np.array_equal(np.frombuffer(image.read_bytes(), ">u2").reshape(64, 64), np.asarray(grey))


def test_a_png_in_many_chunks_goes_in_byte_for_byte() -> None:
    data = file_of(Image.effect_noise((700, 700), 90), "PNG")
    assert data.count(b"IDAT") > 1
    image = Embedded.of(picture_to_pdf(data, "image/png"))
    assert image.raw[:60_000] in data
    assert abs(len(image.raw) + 12 * data.count(b"IDAT") - len(data)) < 100


def test_a_fax_goes_in_byte_for_byte() -> None:
    data = file_of(picture("1"), "TIFF", compression="group4")
    assert Embedded.of(picture_to_pdf(data, "image/tiff")).raw in data


@pytest.mark.parametrize(
    ("kind", "pages"), [("TIFF", 3), ("GIF", 3), ("WEBP", 3), ("PNG", 1)]
)  # the frames of a PNG are an animation
def test_frames_are_pages(kind: str, pages: int) -> None:
    others = [picture().rotate(angle) for angle in (90, 180)]
    data = file_of(picture(), kind, save_all=True, append_images=others)
    with pikepdf.open(io.BytesIO(picture_to_pdf(data, f"image/{kind.lower()}"))) as pdf:
        assert len(pdf.pages) == pages


def test_frames_may_differ_in_kind() -> None:
    modes = ["1", "RGB", "L", "P", "1"]
    frames = [picture(mode) for mode in modes]
    data = file_of(frames[0], "TIFF", save_all=True, append_images=frames[1:], dpi=DPI)
    pdf = picture_to_pdf(data, "image/tiff")
    for page, frame in enumerate(frames):
        assert np.abs(rendered(pdf, page) - np.asarray(frame.convert("RGB"))).max() <= 1


def test_words_lie_where_they_are_seen_on_a_turned_photograph() -> None:
    data = file_of(picture(), "JPEG", dpi=DPI, exif=exif(6))
    after = write_overlay(data, "image/jpeg", {0: [Word("Hello", Quad.of_box(0.1, 0.2, 0.5, 0.3), 0)]})
    with pypdfium2.PdfDocument(after) as document:
        page = document[0]
        assert page.get_size() == (64, 96)
        assert "Hello" in page.get_textpage().get_text_bounded()
    assert (rendered(after) == rendered(picture_to_pdf(data, "image/jpeg"))).all()
    assert after == write_overlay(data, "image/jpeg", {0: [Word("Hello", Quad.of_box(0.1, 0.2, 0.5, 0.3), 0)]})


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "GIF", "WEBP", "BMP"])
def test_a_picture_that_is_cut_off_is_corrupt(kind: str) -> None:
    data = file_of(ALPHA.convert("RGBA" if kind in ("PNG", "WEBP") else "RGB"), kind)
    with pytest.raises(CorruptDocument):
        picture_to_pdf(data[: len(data) // 3], f"image/{kind.lower()}")


def test_a_picture_too_large_to_unpack_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_PIXELS", SIZE[0] * SIZE[1] - 1)
    with pytest.raises(TooManyPixels):
        picture_to_pdf(file_of(ALPHA, "PNG"), "image/png")
    picture_to_pdf(file_of(picture(), "JPEG"), "image/jpeg")  # is not unpacked
