"""Whether a PDF carries a digital signature, which a change of its bytes would invalidate."""

from __future__ import annotations

from typing import Any

import pikepdf


def is_signed(pdf: pikepdf.Pdf) -> bool:
    """Whether a signature field is filled in, or a signature grants the document's rights."""
    if pikepdf.Name.Perms in pdf.Root and isinstance(pdf.Root.Perms, pikepdf.Dictionary) and len(pdf.Root.Perms):
        return True
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, pikepdf.Dictionary):
        return False
    open_fields: list[tuple[Any, Any]] = [(field, None) for field in _items(form.get("/Fields"))]
    seen: set[tuple[int, int]] = set()  # a broken form may hold a cycle
    while open_fields:
        field, kind = open_fields.pop()
        if not isinstance(field, pikepdf.Dictionary) or (field.is_indirect and field.objgen in seen):
            continue
        seen.add(field.objgen)
        kind = field.get("/FT", kind)
        if kind == pikepdf.Name.Sig and isinstance(field.get("/V"), pikepdf.Dictionary):
            return True
        open_fields += [(kid, kind) for kid in _items(field.get("/Kids"))]
    return False


def _items(value: Any) -> list[Any]:
    return list(value) if isinstance(value, pikepdf.Array) else []
