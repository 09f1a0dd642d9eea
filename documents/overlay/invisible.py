"""Taking the invisible text of an earlier run out of a page, ours or anybody's."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pikepdf

from documents.overlay.glyphless_font import FONT_NAME
from documents.overlay.page_box import copied, inherited
from documents.overlay.text_layer import TAG

INVISIBLE = 3  # text render mode
MAX_NESTING = 16  # of forms in forms
_SETS_INVISIBLE = re.compile(rb"3(?:\.0*)?\s+Tr\b")
_SHOWS = frozenset({"Tj", "TJ", "'", '"'})
_PLACES = frozenset({"BT", "ET", "Td", "TD", "Tm", "T*", "'", '"'})  # what follows stands free of what was shown before


@dataclasses.dataclass
class _State:
    """What of the graphics state says whether text is seen."""

    mode: int = 0  # `INVISIBLE`, or 0 for all others
    type3: bool = False  # glyphs of Type 3 fonts are painted in every mode


class InvisibleText:
    """Removes invisible text from pages of one PDF.

    Streams and forms are never changed, but replaced by copies: other pages may draw them too. Text of Type 3 fonts
    stays, and so does invisible text by which visible text on the same line is placed.
    """

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._pdf = pdf
        self._forms: dict[tuple[tuple[int, int], int], Any] = {}  # by object and render mode at its start

    def remove(self, page: Any) -> None:
        """Takes the text that nobody sees out of the page and out of the forms that it draws."""
        contents = page.get("/Contents")
        streams = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
        streams = [stream for stream in streams if isinstance(stream, pikepdf.Stream)]
        others = [stream for stream in streams if TAG not in stream]
        page["/Resources"] = resources = copied(inherited(page, "/Resources"))
        resources["/Font"] = copied(resources.get("/Font"))
        if len(others) < len(streams):
            page["/Contents"] = pikepdf.Array(others)
            for name in [name for name, font in resources["/Font"].items() if _is_ours(font)]:
                del resources["/Font"][name]
        content, forms = self._stripped(page, others, resources, 0, MAX_NESTING)
        if content is not None:
            page["/Contents"] = self._pdf.make_stream(content)
        _put_forms(resources, forms)

    def _stripped(
        self, source: Any, streams: Sequence[Any], resources: Any, mode: int, nesting: int
    ) -> tuple[bytes | None, dict[str, Any]]:
        """What takes the place of the content (None when it may stay) and of the forms that it draws, by name."""
        forms = dict(_forms(resources)) if nesting else {}
        try:
            hides = mode == INVISIBLE or any(_SETS_INVISIBLE.search(stream.read_bytes()) for stream in streams)
            # Reading a large drawing takes long: where nothing is hidden, all its forms begin in the same mode.
            instructions = pikepdf.parse_content_stream(source) if hides else []
        except pikepdf.PdfError:  # what cannot be read stays as it is
            return None, {}
        instead, drawn = _hidden(instructions, resources, mode) if hides else ({}, {name: {mode} for name in forms})
        replaced = {
            name: self._form(forms[name], resources, modes, nesting) for name, modes in drawn.items() if name in forms
        }
        kept = [part for index, instruction in enumerate(instructions) for part in instead.get(index, [instruction])]
        content = pikepdf.unparse_content_stream(kept) if instead else None
        return content, {name: form for name, form in replaced.items() if form is not None}

    def _form(self, form: Any, outer: Any, modes: set[int], nesting: int) -> Any:
        """A copy of the form without invisible text, None when it has none."""
        mode = next(iter(modes)) if len(modes) == 1 else 0
        key = (form.objgen, mode)
        if key not in self._forms:
            self._forms[key] = None  # where a form draws itself
            resources = copied(form.get("/Resources", outer))
            content, forms = self._stripped(form, [form], resources, mode, nesting - 1)
            if content is not None or forms:
                copy = self._pdf.make_stream(form.read_bytes() if content is None else content)
                for name, value in form.items():
                    if name not in ("/Length", "/Filter", "/DecodeParms"):
                        copy[name] = value
                _put_forms(resources, forms)
                copy["/Resources"] = resources
                self._forms[key] = copy
        return self._forms[key]


def _hidden(instructions: Sequence[Any], resources: Any, mode: int) -> tuple[dict[int, list[Any]], dict[str, set[int]]]:
    """What takes the place of the instructions that show invisible text, and how each XObject is drawn.

    The former by the instructions' indices, the latter are render modes by the XObjects' names.
    """
    state, stack = _State(mode), []
    instead: dict[int, list[Any]] = {}
    drawn: dict[str, set[int]] = {}
    unplaced: list[int] = []  # shown invisibly since the last placing: what is shown next stands behind it
    for index, instruction in enumerate(instructions):
        operator, operands = str(instruction.operator), instruction.operands
        if operator in _PLACES:
            unplaced = []
        if operator == "q":
            stack.append(dataclasses.replace(state))
        elif operator == "Q" and stack:
            state = stack.pop()
        elif operator == "Tr" and operands:
            state.mode = INVISIBLE if operands[0] == INVISIBLE else 0
        elif operator == "Tf" and operands:
            state.type3 = _is_type3(resources, str(operands[0]))
        elif operator == "Do" and operands:
            drawn.setdefault(str(operands[0]), set()).add(state.mode)
        elif operator in _SHOWS and state.mode == INVISIBLE and not state.type3:
            instead[index] = _moves_only(operator, operands)
            unplaced.append(index)
        elif operator in _SHOWS:
            for needed in unplaced:
                del instead[needed]
            unplaced = []
    return instead, drawn


def _moves_only(operator: str, operands: Any) -> list[Any]:
    """What a showing operator does besides showing."""
    instruction = pikepdf.ContentStreamInstruction
    next_line = instruction([], pikepdf.Operator("T*"))
    if operator == "'":
        return [next_line]
    if operator == '"' and len(operands) == 3:
        spacings = [
            instruction([value], pikepdf.Operator(name)) for value, name in zip(operands, ("Tw", "Tc"), strict=False)
        ]
        return [*spacings, next_line]
    return []


def _forms(resources: Any) -> Iterator[tuple[str, Any]]:
    xobjects = resources.get("/XObject")
    if isinstance(xobjects, pikepdf.Dictionary):
        for name, xobject in xobjects.items():
            if isinstance(xobject, pikepdf.Stream) and xobject.get("/Subtype") == pikepdf.Name.Form:
                yield name, xobject


def _put_forms(resources: Any, forms: dict[str, Any]) -> None:
    if forms:
        xobjects = copied(resources.get("/XObject"))
        for name, form in forms.items():
            xobjects[name] = form
        resources["/XObject"] = xobjects


def _is_type3(resources: Any, name: str) -> bool:
    fonts = resources.get("/Font")
    font = fonts.get(name) if isinstance(fonts, pikepdf.Dictionary) else None
    return isinstance(font, pikepdf.Dictionary) and font.get("/Subtype") == pikepdf.Name.Type3


def _is_ours(font: Any) -> bool:
    return isinstance(font, pikepdf.Dictionary) and font.get("/BaseFont") == FONT_NAME
