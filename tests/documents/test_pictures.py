from __future__ import annotations

import io
import mmap
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from documents import media, pictures
from documents.picture_pixels import to_grey, to_pixels
from documents.pictures import PictureDocument
from documents.reader import open_document
from schemas.errors import CorruptDocument, PagebeamError, TooManyPixels
from schemas.geometry import transform
from schemas.pages import Pixels

RED, GREEN, BLUE, WHITE = (230, 20, 20), (20, 200, 30), (20, 30, 220), (255, 255, 255)
LOSSY = 40  # grey levels that lossy coding, and CMYK and back, may move a plain colour


def corners() -> Image.Image:
    """60 x 40, a quarter each: red and green above, blue and white below."""
    image = Image.new("RGB", (60, 40), WHITE)
    image.paste(RED, (0, 0, 30, 20))
    image.paste(GREEN, (30, 0, 60, 20))
    image.paste(BLUE, (0, 20, 30, 40))
    return image


def encoded(image: Image.Image, pillow_format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, pillow_format, **options)
    return file.getvalue()


def rendered(data: bytes, page: int = 0) -> Pixels:
    media_type = media.sniff(data[: media.HEAD_BYTES])
    assert media_type is not None
    with open_document(data, media_type) as document:
        return document.render(page).pixels


def quarters(pixels: Pixels) -> list[list[int]]:
    """The colours in the middle of the four quarters, row by row."""
    height, width = pixels.shape[:2]
    return [pixels[height * y // 4, width * x // 4].tolist() for y in (1, 3) for x in (1, 3)]


def assert_colours(found: list[list[int]], expected: list[tuple[int, int, int]]) -> None:
    assert np.abs(np.array(found) - np.array(expected)).max() <= LOSSY, found


@pytest.mark.parametrize(
    "data",
    [
        encoded(corners(), "JPEG", quality=95),
        encoded(corners(), "JPEG", quality=95, progressive=True),
        encoded(corners().convert("CMYK"), "JPEG", quality=95),
        encoded(corners(), "PNG"),
        encoded(corners().convert("P"), "PNG"),
        encoded(corners().convert("RGBA"), "PNG"),
        encoded(corners(), "GIF"),
        encoded(corners(), "BMP"),
        encoded(corners(), "TIFF"),
        encoded(corners(), "TIFF", compression="tiff_lzw"),
        encoded(corners(), "TIFF", compression="jpeg", quality=95),
        encoded(corners(), "TIFF", big_tiff=True),
        encoded(corners().convert("CMYK"), "TIFF"),
        encoded(corners(), "WEBP", quality=95),
        encoded(corners(), "WEBP", lossless=True),
    ],
)
def test_every_coding_gives_the_same_colours(data: bytes) -> None:
    pixels = rendered(data)
    assert pixels.shape == (80, 120, 3)  # a small picture is enlarged, but only twice
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous
    assert_colours(quarters(pixels), [RED, GREEN, BLUE, WHITE])


def test_cmyk_without_adobes_marker_is_not_inverted() -> None:
    adobe = encoded(corners().convert("CMYK"), "JPEG", quality=95)
    start = adobe.index(b"\xff\xee")
    plain = adobe[:start] + adobe[start + 2 + struct.unpack_from(">H", adobe, start + 2)[0] :]
    expected = [tuple(255 - np.array(colour)) for colour in quarters(rendered(adobe))]
    cmyk = Image.open(io.BytesIO(adobe))
    inverted = Image.merge("CMYK", [band.point(lambda value: 255 - value) for band in cmyk.split()]).convert("RGB")
    expected = [inverted.getpixel((x, y)) for y in (10, 30) for x in (15, 45)]  # type: ignore[misc]
    assert_colours(quarters(rendered(plain)), expected)


def test_lab_is_converted() -> None:
    lab = ImageCms.profileToProfile(
        corners(), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    assert lab is not None
    assert_colours(quarters(rendered(encoded(lab, "TIFF"))), [RED, GREEN, BLUE, WHITE])


@pytest.mark.parametrize("pillow_format", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (1, [RED, GREEN, BLUE, WHITE]),
        (2, [GREEN, RED, WHITE, BLUE]),
        (3, [WHITE, BLUE, GREEN, RED]),
        (4, [BLUE, WHITE, RED, GREEN]),
        (5, [RED, BLUE, GREEN, WHITE]),
        (6, [BLUE, RED, WHITE, GREEN]),
        (7, [WHITE, GREEN, BLUE, RED]),
        (8, [GREEN, WHITE, RED, BLUE]),
    ],
)
def test_exif_orientation(pillow_format: str, orientation: int, expected: list[tuple[int, int, int]]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    dpi = {} if pillow_format == "WEBP" else {"dpi": (100, 200)}
    data = encoded(corners(), pillow_format, exif=exif, **dpi)
    media_type = media.sniff(data[: media.HEAD_BYTES])
    assert media_type is not None
    with open_document(data, media_type) as document:
        page = document.inspect(1, False).pages[0]
        preview = document.preview(0, 30)
        pixels = document.render(0).pixels
    assert_colours(quarters(pixels), expected)
    width, height = (60, 40) if not dpi else (120, 40)  # pixels twice as wide as high
    assert pixels.shape[:2] == ((height * 2, width * 2) if orientation < 5 else (width * 2, height * 2))
    assert preview.shape[0] <= 30
    assert preview.shape[1] <= 30
    if dpi:
        points = (60 * 0.72, 40 * 0.36)
        assert (page.width_pt, page.height_pt) == pytest.approx(points if orientation < 5 else points[::-1], rel=0.01)


def test_a_damaged_exif_block_is_ignored() -> None:
    data = encoded(corners(), "JPEG", quality=95, exif=b"Exif\x00\x00MM\x00*\x00\x00\xff\xff garbage")
    assert_colours(quarters(rendered(data)), [RED, GREEN, BLUE, WHITE])


@pytest.mark.parametrize(
    ("top", "values", "expected"),
    [
        (65535, (0, 32768, 65535), (0, 127, 255)),
        (4095, (0, 2048, 4095), (0, 127, 255)),  # 12 bits of a camera
        (255, (0, 128, 255), (0, 128, 255)),  # 8 bits in a wide coat
    ],
)
@pytest.mark.parametrize("pillow_format", ["PNG", "TIFF"])
def test_16_bit_grey_uses_the_depth_that_its_values_need(
    pillow_format: str, top: int, values: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    bands = np.repeat(np.array(values, dtype=np.uint16), 20)
    pixels = rendered(encoded(Image.fromarray(np.tile(bands, (40, 1))), pillow_format))
    assert pixels[40, [20, 60, 100], 0].tolist() == pytest.approx(expected, abs=1)


def test_float_and_inverse_grey() -> None:
    ramp = np.tile(np.repeat(np.array([0.0, 0.5, 1.0], dtype=np.float32), 20), (40, 1))
    assert rendered(encoded(Image.fromarray(ramp), "TIFF"))[40, [20, 60, 100], 0].tolist() == pytest.approx(
        [0, 128, 255], abs=1
    )
    ramp[0, 0] = np.nan
    assert rendered(encoded(Image.fromarray(ramp * 255), "TIFF"))[40, [20, 60, 100], 0].tolist() == [0, 128, 255]
    wide = Image.fromarray((ramp[1:] * 65535).astype(np.uint16))
    inverse = encoded(wide, "TIFF", tiffinfo={262: 0})
    assert rendered(inverse)[40, [20, 60, 100], 0].tolist() == pytest.approx([255, 128, 0], abs=1)


def test_one_bit_shrinks_to_greys() -> None:
    board = np.tile(np.array([[True, False], [False, True]]), (2000, 2200))
    pixels = rendered(encoded(Image.fromarray(board), "TIFF", compression="group4"))
    assert pixels.shape == (1862, 2048, 3)
    assert pixels.min() > 100
    assert pixels.max() < 156


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_alpha_stands_on_white(mode: str) -> None:
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (20, 0, 40, 40))
    data = encoded(image.convert(mode), "TIFF" if mode == "PA" else "PNG") if mode != "PA" else encoded(image, "GIF")
    pixels = rendered(data)
    assert pixels[40, 20].tolist() == [255, 255, 255]
    assert pixels[40, 60].tolist() == [0, 0, 0]


def frames(pillow_format: str, count: int, **options: Any) -> bytes:
    images = [Image.new("RGB", (60, 40), (40 * index, 0, 0)) for index in range(count)]
    return encoded(images[0], pillow_format, save_all=True, append_images=images[1:], **options)


@pytest.mark.parametrize("data", [frames("TIFF", 5), frames("GIF", 5, duration=100), frames("WEBP", 5, lossless=True)])
def test_every_frame_is_a_page(data: bytes) -> None:
    media_type = media.sniff(data[: media.HEAD_BYTES])
    assert media_type is not None
    with open_document(data, media_type) as document:
        inspection = document.inspect(3, False)
        reds = [int(document.render(page).pixels[20, 20, 0]) for page in (3, 0, 4, 1)]
    assert inspection.page_count == 5
    assert [page.page for page in inspection.pages] == [0, 1, 2]
    assert reds == pytest.approx([120, 0, 160, 40], abs=3)


def test_a_jpegs_second_picture_is_no_page() -> None:
    data = frames("MPO", 2)
    assert media.sniff(data) == media.JPEG
    with PictureDocument(data, media.JPEG) as document:
        assert document.inspect(10, False).page_count == 1


def test_the_resolution_gives_points_where_it_is_sane() -> None:
    def points(dpi: tuple[float, float], size: tuple[int, int] = (600, 300)) -> tuple[float | None, float | None]:
        with PictureDocument(encoded(Image.new("RGB", size), "TIFF", dpi=dpi), media.TIFF) as document:
            page = document.inspect(1, False).pages[0]
            return page.width_pt, page.height_pt

    assert points((300, 300)) == pytest.approx((144, 72))
    assert points((1, 1)) == (None, None)
    assert points((100_000, 100_000)) == (None, None)
    assert points((100, 4800)) == (None, None)  # no pixel is that narrow
    assert points((72, 72), (4000, 3000)) == (None, None)  # a camera that states what it does not know


def test_blank_paper_ends_here_and_print_does_not() -> None:
    for image, category, reason in (
        (Image.new("L", (800, 600), 250), "no_text", "blank"),
        (corners(), None, None),
    ):
        with PictureDocument(encoded(image, "PNG"), media.PNG) as document:
            page = document.inspect(1, False).pages[0]
        assert (page.category, page.reason, page.words) == (category, reason, ())


def test_the_way_back_takes_pixels_to_fractions() -> None:
    with PictureDocument(encoded(corners(), "PNG"), media.PNG) as document:
        image = document.render(0)
    height, width = image.pixels.shape[:2]
    found = transform(image.to_page, np.array([[0, 0], [width, height], [width / 2, height / 4]]))
    assert found == pytest.approx(np.array([[0, 0], [1, 1], [0.5, 0.25]]))


def huge_png(width: int, height: int) -> bytes:
    """A PNG's header that promises more than there is."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def huge_webp() -> bytes:
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + (9_999).to_bytes(3, "little") * 2
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize("data", [huge_png(40_000, 30_000), huge_webp()], ids=["png", "webp"])
def test_a_bomb_is_refused_from_its_header(data: bytes) -> None:
    media_type = media.sniff(data)
    assert media_type is not None
    with pytest.raises(TooManyPixels, match="make the picture smaller"):
        open_document(data, media_type)


def test_a_bomb_behind_the_first_frame_costs_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_PIXELS", 5_000)
    images = [corners(), Image.new("RGB", (100, 100))]
    data = encoded(images[0], "TIFF", save_all=True, append_images=images[1:])
    with PictureDocument(data, media.TIFF) as document:
        inspection = document.inspect(10, False)
        assert (inspection.page_count, inspection.pages[1].category) == (2, None)
        assert document.render(0).pixels.shape == (80, 120, 3)
        with pytest.raises(TooManyPixels):
            document.render(1)


def test_a_plain_jpeg_is_judged_by_its_reduced_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_PIXELS", 2_000_000)
    image = Image.new("L", (4200, 2100), 128)  # 8.8 million pixels, 2.2 at half its size
    with PictureDocument(encoded(image, "JPEG"), media.JPEG) as document:
        with pytest.raises(TooManyPixels):
            document.render(0)
        assert document.preview(0, 500).shape == (250, 500, 3)
    with pytest.raises(TooManyPixels):  # the decoder holds the whole of a progressive one
        PictureDocument(encoded(image, "JPEG", progressive=True), media.JPEG)


@pytest.mark.parametrize("pillow_format", ["JPEG", "PNG", "GIF", "TIFF", "BMP", "WEBP"])
def test_damage_ends_as_a_typed_error(pillow_format: str) -> None:
    noise = Image.fromarray(np.random.default_rng(5).integers(0, 255, (64, 64, 3), dtype=np.uint8))
    whole = encoded(noise, pillow_format)
    media_type = media.sniff(whole)
    assert media_type is not None
    with pytest.raises(CorruptDocument):
        PictureDocument(whole[: len(whole) // 2], media_type).render(0)
    rng = np.random.default_rng(11)
    for _ in range(150):
        damaged = bytearray(whole)
        for place in rng.integers(0, min(len(whole), 400), 4):
            damaged[place] = rng.integers(0, 256)
        try:
            with PictureDocument(bytes(damaged), media_type) as document:
                document.inspect(2, False)
                document.render(0)
        except PagebeamError as error:
            assert error.reason in ("corrupt", "too_many_pixels")  # noqa: PT017


@pytest.mark.parametrize("pillow_format", ["JPEG", "PNG", "GIF", "TIFF", "BMP", "WEBP"])
def test_a_map_of_a_file_serves_as_well_as_its_bytes(tmp_path: Path, pillow_format: str) -> None:
    path = tmp_path / "corners"
    path.write_bytes(encoded(corners(), pillow_format))
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        open_document(data, str(media.sniff(data[:1024]))) as document,
    ):
        for _ in range(2):
            assert_colours(quarters(document.render(0).pixels), [RED, GREEN, BLUE, WHITE])


@pytest.mark.parametrize("build", [lambda image: image, lambda image: image.convert("RGBA")])
def test_shrinking_averages_areas(build: Callable[[Image.Image], Image.Image]) -> None:
    stripes = np.zeros((4300, 4300, 3), dtype=np.uint8)
    stripes[::2] = 255
    pixels = rendered(encoded(build(Image.fromarray(stripes)), "PNG", compress_level=1))
    assert pixels.shape == (2048, 2048, 3)
    assert 115 < pixels.mean() < 140
    assert pixels.std() < 30


def test_a_png_whose_pixels_are_damaged_is_corrupt_and_not_read_in_part() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (80, 80, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), "PNG")
    length = int.from_bytes(data[33:37], "big")
    pixels = bytearray(data[41 : 41 + length])
    pixels[length // 2 :] = bytes(length - length // 2)  # as long as before, and with its checksum
    chunk = b"IDAT" + bytes(pixels)
    damaged = data[:37] + chunk + zlib.crc32(chunk).to_bytes(4, "big") + data[45 + length :]
    with open_document(damaged, media.PNG) as document:
        with pytest.raises(CorruptDocument):
            document.inspect(1, False)
        with pytest.raises(CorruptDocument):
            document.render(0)
        with pytest.raises(CorruptDocument):
            document.preview(0, 40)


@pytest.mark.parametrize("size", [(640, 2117), (2048, 613), (97, 331)])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_bands_are_resized_without_a_seam(mode: str, size: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (499, 301, len(mode)), np.uint8).squeeze()
    image = Image.fromarray(noise)
    enlarging = size[0] > image.width or size[1] > image.height
    factors = (max(1, image.width // (2 * size[0])), max(1, image.height // (2 * size[1])))
    whole = (image if factors == (1, 1) else image.reduce(factors)).resize(
        size, Image.Resampling.BICUBIC if enlarging else Image.Resampling.HAMMING
    )
    difference = to_pixels(image, size, 1).astype(int) - np.asarray(whole.convert("RGB"))
    assert np.abs(difference).max() <= 1


def test_a_picture_is_decoded_once_for_both_judgements_and_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(2).integers(0, 256, (300, 200, 3), np.uint8)
    data = encoded(Image.fromarray(noise).resize((2000, 3000)), "JPEG")
    unpacked: list[int] = []
    whole = pictures._unpacked
    monkeypatch.setattr(pictures, "_unpacked", lambda *given: unpacked.append(1) or whole(*given))
    with PictureDocument(data, media.JPEG) as asked, PictureDocument(data, media.JPEG) as other:
        asked.inspect(1, redo=False)
        grey = asked.grey(0, 768)
        assert len(unpacked) == 1
        assert grey.shape == (768, 512)
        assert np.array_equal(grey, other.grey(0, 768))


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_a_jpeg_in_grey_is_as_bright_as_in_colour(mode: str, orientation: int) -> None:
    colours = np.random.default_rng(3).integers(60, 200, (6, 4, 3), np.uint8)
    image = Image.fromarray(colours).resize((2400, 1600), Image.Resampling.BICUBIC).convert(mode)
    exif = Image.Exif()
    exif[0x0112] = orientation
    with PictureDocument(encoded(image, "JPEG", exif=exif), media.JPEG) as document:
        difference = document.grey(0, 600).astype(int) - to_grey(document.preview(0, 600))
    assert difference.shape == ((400, 600) if orientation == 1 else (600, 400))
    assert np.abs(difference).max() <= 3
