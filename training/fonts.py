"""Fonts: finding them, drawing each glyph once, checking that each is what it says, and how common each is."""

from __future__ import annotations

import functools
import hashlib
import pickle
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from training.alphabet import ALPHABET

CAP_HEIGHT = 30
"""Height of an H in the atlas, pixels."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
LOOKALIKES = [set("Il1|"), set("O0o"), set("5S")]
REFERENCES = {
    f"Liberation{family}-{style}"
    for family in ("Sans", "Serif", "Mono")
    for style in ("Regular", "Bold", "Italic", "BoldItalic")
}
LEFT_OUT_BY_EYE = ("Humor-Sans", "Solothurn", "NationalPark-Outline")
"""Beginnings of names: capitals in the place of small letters, letters of another design, outlines."""
NOTHING_THERE = "\uffff"
LIGATURES = {"\ufb03": "ffi", "\ufb04": "ffl", "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl"}
"""Signs that stand for several letters, the longest first; many faces have them, and books are full of them."""

FAMILIES: list[tuple[str, float, str]] = [
    # (words in the file's name, share of all text, kind). A family's share is spread over its faces.
    ("LiberationSans- Arimo- NimbusSans- texgyreheros- FreeSans", 0.23, "sans"),
    ("LiberationSansNarrow NimbusSansNarrow texgyreheroscn OpenSans-Cond LiberationSansNarrow", 0.035, "narrow"),
    ("LiberationSerif Tinos NimbusRoman texgyretermes FreeSerif", 0.12, "serif"),
    ("LiberationMono Cousine NimbusMono texgyrecursor FreeMono CourierPrime Tlwg cmuntt lmmono", 0.17, "typewriter"),
    ("GNUTypewriter Compagnon OCRA ocrb GWMono", 0.03, "typewriter"),
    ("Carlito Caladea DejaVuSans- DejaVuSans. DejaVuSerif Verana DejaVuSansCondensed", 0.05, "common"),
    (
        "DejaVuSansMono Hack- NotoMono NotoSansMono LeagueMono- RobotoMono JetBrains Inconsolata Monoid Agave "
        "agave 3270 FiraCode PTM B612Mono Go-Mono hermit Hermit mononoki monofur AnonymousPro Anonymous",
        0.06,
        "mono",
    ),
    (".pcf. spleen terminus Terminus .otb Proggy", 0.085, "bitmap"),
]


@dataclass(frozen=True)
class Glyph:
    """One drawn character. ``ink``: uint8 [h, w], 255 is ink; ``left``, ``top``: of the ink from the pen, pixels."""

    ink: np.ndarray
    left: int
    top: int
    advance: float


@dataclass(frozen=True)
class Face:
    """One checked font face with all its glyphs, drawn with ``CAP_HEIGHT``."""

    name: str
    kind: str
    weight: float
    glyphs: dict[str, Glyph]
    monospaced: bool

    def can_write(self, text: str) -> bool:
        return all(character in self.glyphs for character in text)


def font_files(root: Path = Path("/usr/share/fonts")) -> list[Path]:
    """Font files below ``root`` that FreeType opens and that do not stand there twice, sorted."""
    found = [path for path in root.rglob("*") if path.suffix.lower() in {".ttf", ".otf", ".otb"}]
    for path in root.rglob("*.pcf.gz"):
        stem = path.name.split(".")[0]
        if not any(set_ in stem for set_ in ("ISO8859", "KOI8", "-L2", "ja", "ko", "rk", "gt8")):
            found.append(path)
    names: dict[str, Path] = {}
    for path in sorted(found):
        names.setdefault(path.name.lower(), path)
    return sorted(names.values())


def kind_and_share(path: Path) -> tuple[str, float, int]:
    """The kind of a font file, its family's share and the family's place in ``FAMILIES`` (-1: the long tail)."""
    for place, (words, share, kind) in enumerate(FAMILIES):
        if any(word in path.name for word in words.split()):
            return kind, share, place
    return "tail", 1 - sum(share for _, share, _ in FAMILIES), -1


def style_share(path: Path) -> float:
    """How common a face's style is beside the plain one of its family."""
    name = path.stem.lower()
    slanted = any(word in name for word in ("ital", "obli", "slant"))
    return (0.12 if slanted else 1.0) * (0.7 if "bold" in name or "black" in name else 1.0)


def _draw(font: ImageFont.FreeTypeFont, character: str, scale: int) -> Glyph:
    advance = font.getlength(character)
    left, top, right, bottom = font.getbbox(character, anchor="ls")
    width, height = int(right - left), int(bottom - top)
    if width <= 0 or height <= 0:
        return Glyph(np.zeros((0, 0), np.uint8), 0, 0, advance * scale)
    image = Image.new("L", (width + 4, height + 4))
    ImageDraw.Draw(image).text((2 - left, 2 - top), character, fill=255, font=font, anchor="ls")
    ink = np.asarray(image)
    rows, columns = np.flatnonzero(ink.max(1)), np.flatnonzero(ink.max(0))
    if not len(rows):
        return Glyph(np.zeros((0, 0), np.uint8), 0, 0, advance * scale)
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    left, top = left - 2 + int(columns[0]), top - 2 + int(rows[0])
    if scale > 1:
        ink = ink.repeat(scale, 0).repeat(scale, 1)
    return Glyph(np.ascontiguousarray(ink), int(left * scale), int(top * scale), advance * scale)


def _open(path: Path) -> tuple[ImageFont.FreeTypeFont, int] | None:
    """The font at the size at which an H has ``CAP_HEIGHT``, and the factor that a bitmap must be enlarged by."""
    if path.suffix.lower() in {".ttf", ".otf"}:
        trial = ImageFont.truetype(str(path), 100)
        top = -trial.getbbox("H", anchor="ls")[1]
        return (ImageFont.truetype(str(path), round(100 * CAP_HEIGHT / top)), 1) if top > 20 else None
    for size in range(8, 40):
        try:
            font = ImageFont.truetype(str(path), size)
            _, top, _, bottom = font.getbbox("H", anchor="ls")
        except OSError:
            continue
        if bottom - top >= 6:
            return font, max(1, round(CAP_HEIGHT / (bottom - top)))
    return None


def _shape(glyph: Glyph) -> np.ndarray:
    small = cv2.resize(glyph.ink, (16, 16), interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
    small -= small.mean()
    return np.asarray(small / (np.linalg.norm(small) + 1e-6), np.float32)


def _same(a: Glyph, b: Glyph) -> bool:
    return a.top == b.top and a.ink.shape == b.ink.shape and bool((a.ink == b.ink).all())


def faults(glyphs: dict[str, Glyph], references: list[dict[str, Glyph]]) -> str:
    """What is wrong with a face, in words; '' when nothing is. ``references`` are faces known to be right."""
    missing = [c for c in LETTERS + DIGITS if c not in glyphs]
    if missing:
        return "missing " + "".join(missing)
    for place, a in enumerate(LETTERS + DIGITS):
        for b in (LETTERS + DIGITS)[place + 1 :]:
            if _same(glyphs[a], glyphs[b]) and not any({a, b} <= alike for alike in LOOKALIKES):
                return f"doubled {a}{b}"
    alike = sum(float(_shape(glyphs[c.upper()]) @ _shape(glyphs[c])) > 0.8 for c in "abdefghnqrt")
    if alike >= 7:
        return "small capitals"
    shapes = [_shape(glyphs[c]) for c in LETTERS + DIGITS]
    likeness = [
        float(np.mean([a @ _shape(reference[c]) for a, c in zip(shapes, LETTERS + DIGITS, strict=True)]))
        for reference in references
    ]
    if likeness and max(likeness) < 0.4:
        return f"unlike every reference ({max(likeness):.2f})"
    return ""


def draw_face(path: Path) -> dict[str, Glyph]:
    """Every character of the alphabet, and ligature, that the font really has (not its box for missing ones)."""
    opened = _open(path)
    if opened is None:
        return {}
    font, scale = opened
    missing = _draw(font, NOTHING_THERE, scale)
    glyphs = {}
    for character in (*ALPHABET, *LIGATURES):
        glyph = _draw(font, character, scale)
        if character == " " or (glyph.ink.size and glyph.ink.shape[0] < 3 * CAP_HEIGHT and not _same(glyph, missing)):
            glyphs[character] = glyph
    return glyphs


def build(files: Iterable[Path]) -> tuple[list[Face], dict[str, str]]:
    """Draws and checks all faces; returns the good ones, and what was wrong with each of the others."""
    files = list(files)
    references = [draw_face(path) for path in files if path.stem in REFERENCES]
    drawn, wrong = [], {}
    for path in files:
        try:
            glyphs = draw_face(path)
            fault = faults(glyphs, references) if glyphs else "cannot be opened"
        except (OSError, ValueError, ZeroDivisionError) as error:
            fault = f"cannot be drawn: {error}"
        if fault:
            wrong[path.name] = fault
        else:
            drawn.append((path, glyphs))
    families = [kind_and_share(path) for path, _ in drawn]
    sizes: dict[int, float] = {}
    for (path, _), (_, _, place) in zip(drawn, families, strict=True):
        sizes[place] = sizes.get(place, 0) + style_share(path)
    faces = []
    for (path, glyphs), (kind, share, place) in zip(drawn, families, strict=True):
        advances = {round(glyphs[c].advance) for c in "iMW1"}
        faces.append(Face(path.name, kind, share * style_share(path) / sizes[place], glyphs, len(advances) == 1))
    return faces, wrong


@functools.lru_cache(maxsize=1)
def load(cache: Path) -> list[Face]:
    """The checked faces of this machine, from ``cache`` where they were drawn before (it is keyed by the files)."""
    files = font_files()
    key = hashlib.sha256("\n".join([*map(str, files), ALPHABET, *LIGATURES, str(CAP_HEIGHT)]).encode()).hexdigest()[:16]
    stored = cache / f"fonts-{key}.pickle"
    if not stored.exists():
        faces, wrong = build(files)
        stored.parent.mkdir(parents=True, exist_ok=True)
        (cache / "fonts-left-out.txt").write_text("\n".join(f"{name}: {fault}" for name, fault in wrong.items()))
        partial = stored.with_suffix(".partial")
        partial.write_bytes(pickle.dumps(faces))
        partial.rename(stored)
    found: list[Face] = pickle.loads(stored.read_bytes())
    return [face for face in found if not face.name.startswith(LEFT_OUT_BY_EYE)]
