"""A picture as a PDF of the same pixels, without re-encoding wherever PDF allows it."""

from __future__ import annotations

import contextlib
import io
import zlib
from collections.abc import Iterator, Sequence

import img2pdf
import numpy as np
import pikepdf
from PIL import ExifTags, Image, ImageFile

from documents import media
from documents.picture_errors import decoding
from documents.picture_facts import PictureFacts, picture_facts
from documents.picture_pixels import to_pixels
from documents.pictures import MAX_PIXELS
from schemas.errors import CorruptDocument, TooManyPixels

DEFAULT_DPI = 300.0  # of a picture that states no sensible one: 12 megapixels become 34 x 26 cm
MAX_SIDE_PT = 14_400.0  # of a PDF page
_FORMATS = {
    media.JPEG: ("JPEG", "MPO"),
    media.PNG: ("PNG",),
    media.GIF: ("GIF",),
    media.TIFF: ("TIFF",),
    media.BMP: ("BMP",),
    media.WEBP: ("WEBP",),
}
_PAGED = frozenset({media.TIFF, media.GIF, media.WEBP})  # as in documents.pictures
_TURNS = {1: 0, 2: 0, 3: 180, 4: 180, 5: 270, 6: 90, 7: 90, 8: 270}  # /Rotate by EXIF orientation, once mirrored
_MIRRORED = frozenset({2, 4, 5, 7})
_SIXTEEN_BITS = 0x7FFF  # a picture with values beyond it makes use of all its 16 bits


def picture_to_pdf(data: bytes, media_type: str) -> bytes:
    """A PDF with a page for every frame of a TIFF, GIF or WebP, and with one page for any other picture.

    JPEGs, PNGs without alpha and faxes go in as they are, others are packed without loss; alpha is put on white.
    A page has the size that the picture states, or that of `DEFAULT_DPI`; EXIF turns become its /Rotate.
    Raises CorruptDocument and TooManyPixels; KeyError for what is no picture's media type.
    """
    facts, ready = [], True
    for image in _frames(data, media_type):
        facts.append(picture_facts(image))
        ready = ready and _is_ready(image, media_type)
    if ready:
        with contextlib.suppress(CorruptDocument):
            ready_data = _with_one_idat(data) if media_type == media.PNG else data
            return _laid_out(_converted([ready_data], every_frame=media_type in _PAGED), facts)
    try:
        pdf = _converted([_packed(image) for image in _frames(data, media_type)])
    except CorruptDocument:
        pdf = _converted([_plain(image) for image in _frames(data, media_type)])
    return _laid_out(pdf, facts)


def _frames(data: bytes, media_type: str) -> Iterator[ImageFile.ImageFile]:
    """The frames that are pages, one after the other, not yet unpacked; valid until the next one is asked for."""
    image = _opened(data, media_type)
    with decoding():
        pages = int(getattr(image, "n_frames", 1)) if media_type in _PAGED else 1
    for page in range(pages):
        if media_type == media.TIFF:  # whose frames, unlike a GIF's, share nothing; Pillow mixes up their modes
            image.close()
            image = _opened(data, media_type)
        with decoding():
            image.seek(page)
        yield image
    image.close()


def _opened(data: bytes, media_type: str) -> ImageFile.ImageFile:
    with decoding():
        return Image.open(io.BytesIO(data), formats=_FORMATS[media_type])


def _is_ready(image: ImageFile.ImageFile, media_type: str) -> bool:
    """Whether img2pdf takes the frame as it is, or packs it better than we can."""
    if media_type == media.TIFF:
        return image.mode == "1" and image.getexif().get(ExifTags.Base.Orientation, 1) == 1
    return media_type == media.JPEG or (media_type == media.PNG and not image.has_transparency_data)


def _with_one_idat(data: bytes) -> bytes:
    """The PNG with all its IDAT chunks in one, where the first stands: img2pdf's time grows with their square."""
    before: list[bytes | memoryview] = [data[:8]]
    idat: list[memoryview] = []
    after: list[memoryview] = []
    view, at = memoryview(data), 8
    while at + 8 <= len(data):
        length, kind = int.from_bytes(view[at : at + 4], "big"), bytes(view[at + 4 : at + 8])
        chunk = view[at : at + length + 12]
        if len(chunk) < length + 12:
            raise CorruptDocument("the picture cannot be decoded: a PNG that is cut off")
        if kind == b"IDAT":
            idat.append(chunk[8:-4])
        else:
            (after if idat else before).append(chunk)
        at += length + 12
    pixels = b"".join([b"IDAT", *idat])
    whole = [(len(pixels) - 4).to_bytes(4, "big"), pixels, zlib.crc32(pixels).to_bytes(4, "big")]
    return b"".join([*before, *whole, *after])


def _packed(image: ImageFile.ImageFile) -> bytes:
    """The frame in a form that img2pdf takes without loss."""
    _load(image)
    with decoding():
        if image.has_transparency_data:
            return _plain(image)
        if image.mode == "1":
            return _saved(image, "BMP")  # which img2pdf packs as a fax
        if image.mode in ("L", "RGB"):
            return _saved(image, "PNG", icc_profile=image.info.get("icc_profile"))
        if image.mode == "CMYK":
            return _saved(image, "TIFF", icc_profile=image.info.get("icc_profile"))
        if image.mode == "P" or (image.mode == "I;16" and _uses_all_bits(image)):
            return _saved(image, "PNG", icc_profile=None)
    return _plain(image)


def _plain(image: ImageFile.ImageFile) -> bytes:
    """The frame in 8 bit RGB on white, as the engine saw it but for size and turn."""
    _load(image)
    with decoding():
        return _saved(Image.fromarray(to_pixels(image, image.size, 1)), "PNG")


def _load(image: ImageFile.ImageFile) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise TooManyPixels(f"{image.width} x {image.height} pixels are more than {MAX_PIXELS:,}: make it smaller")
    with decoding():
        image.load()


def _uses_all_bits(image: Image.Image) -> bool:
    return int(np.asarray(image).max()) > _SIXTEEN_BITS


def _saved(image: Image.Image, format_name: str, **options: bytes | None) -> bytes:
    out = io.BytesIO()
    image.save(out, format_name, **options)
    return out.getvalue()


def _converted(pictures: Sequence[bytes], *, every_frame: bool = False) -> bytes:
    """img2pdf's PDF of them; the pages' size is left to `_laid_out`."""
    try:
        with _any_size():
            pdf: bytes = img2pdf.convert(
                list(pictures),
                engine=img2pdf.Engine.internal,  # with pikepdf's, it makes up an /ID each time
                nodate=True,
                rotation=img2pdf.Rotation.none,
                first_frame_only=not every_frame,
                layout_fun=lambda width, height, dpi: (100, 100, 100, 100),
            )
    except Exception as error:  # img2pdf raises what Pillow raises, classes of its own, and Exception itself
        raise CorruptDocument(f"img2pdf does not take the picture: {type(error).__name__}: {error}") from error
    return pdf


@contextlib.contextmanager
def _any_size() -> Iterator[None]:
    """Holds off Pillow's limit on pixels: what goes in as it is need not be unpacked."""
    limit = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = None
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = limit


def _laid_out(data: bytes, facts: Sequence[PictureFacts]) -> bytes:
    """The PDF with each page in its size and turned as a person sees it."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        if len(pdf.pages) != len(facts):
            raise CorruptDocument(f"{len(facts)} frames became {len(pdf.pages)} pages")
        for page, fact in zip(pdf.pages, facts, strict=True):
            turn = _TURNS[fact.orientation]
            seen = _page_size(fact)
            width, height = seen[::-1] if turn % 180 else seen
            placed = (
                f"-{width} 0 0 {height} {width} 0" if fact.orientation in _MIRRORED else f"{width} 0 0 {height} 0 0"
            )
            name = next(iter(page.obj.Resources.XObject.keys()))
            page.obj.Contents = pdf.make_stream(f"q {placed} cm {name} Do Q".encode())
            page.obj.MediaBox = pikepdf.Array([0, 0, width, height])
            for box in ("/CropBox", "/TrimBox", "/BleedBox", "/ArtBox"):
                if box in page.obj:
                    del page.obj[box]
            if turn:
                page.obj.Rotate = turn
        out = io.BytesIO()
        pdf.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none, deterministic_id=True)
        return out.getvalue()


def _page_size(fact: PictureFacts) -> tuple[float, float]:
    """Width and height in points, as a person sees the page."""
    width, height = fact.width_pt, fact.height_pt
    if width is None or height is None:
        points = min(72 / DEFAULT_DPI, MAX_SIDE_PT / max(fact.seen_width, fact.seen_height))
        width, height = fact.seen_width * points, fact.seen_height * points
    return round(width, 3), round(height, 3)
