from __future__ import annotations

import io
import random
from collections import Counter

import pytest
from PIL import Image

from benchmarks.mutations import BYTES, MOST_BYTES, STRUCTURE, mutated
from documents import media
from tests import small_files


def encoded(pillow_format: str) -> bytes:
    sink = io.BytesIO()
    frames = [Image.fromarray(small_files.picture(words)) for words in (1, 2)]
    more = {"save_all": True, "append_images": frames[1:]} if pillow_format in ("TIFF", "GIF") else {}
    frames[0].save(sink, pillow_format, **more)
    return sink.getvalue()


WHOLE = {
    media.PDF: small_files.text_pdf(["Some words", "and more"]),
    media.JPEG: encoded("JPEG"),
    media.PNG: encoded("PNG"),
    media.GIF: encoded("GIF"),
    media.TIFF: encoded("TIFF"),
}


@pytest.mark.parametrize("mutation", BYTES, ids=lambda mutation: mutation.__name__)
def test_damage_to_bytes_changes_any_file(mutation: object) -> None:
    assert callable(mutation)
    for data in (*WHOLE.values(), b"x"):
        found = [mutation(random.Random(seed), data) for seed in range(5)]
        assert any(one != data for one in found) or len(data) == 1


@pytest.mark.parametrize(
    ("media_type", "mutation"),
    [(media_type, mutation) for media_type, known in STRUCTURE.items() for mutation in known],
    ids=lambda one: getattr(one, "__name__", str(one)),
)
def test_damage_to_structure_changes_a_whole_file_and_bears_a_broken_one(media_type: str, mutation: object) -> None:
    assert callable(mutation)
    data = WHOLE[media_type]
    found = [mutation(random.Random(seed), data) for seed in range(8)]
    assert any(one != data for one in found)
    assert any(media.sniff(one[: media.HEAD_BYTES]) == media_type for one in found)
    for broken in (data[:40], data[: len(data) // 2], data[:8] + bytes(60)):
        for seed in range(4):
            assert isinstance(mutation(random.Random(seed), broken), bytes)


def test_the_same_seed_gives_the_same_files_and_another_gives_others() -> None:
    sources = list(WHOLE.items())
    first, again, other = (list(mutated(seed, sources, 60)) for seed in (7, 7, 8))
    assert first == again
    assert first != other
    assert all(0 < len(data) <= MOST_BYTES for _, _, data in first)
    assert len(Counter(name for name, _, _ in first)) == len(sources)
