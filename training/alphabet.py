"""The characters the Word Net can write: printable ASCII with the space, and the signs that English documents need."""

ASCII = "".join(chr(code) for code in range(32, 127))
SIGNS = "£€¢¥§©®™°–—•…“”‘’½¼¾×÷±²³µ¶éèêàâáíóúñçäöü"  # noqa: RUF001
ALPHABET = ASCII + SIGNS
"""Class 0 of the network is the CTC blank; class ``i + 1`` is ``ALPHABET[i]``."""

INDEX = {character: i + 1 for i, character in enumerate(ALPHABET)}
CLASSES = len(ALPHABET) + 1


def encode(text: str) -> list[int]:
    """The classes (1..CLASSES - 1) of a text. Raises KeyError for a character outside the alphabet."""
    return [INDEX[character] for character in text]
