"""What the codes in the tables mean, one plain sentence each."""

from __future__ import annotations

ENDINGS = {
    "done": "Opened and read.",
    "skipped": "Left out on purpose.",
    "failed": "Could not be read.",
    "deleted": "Gone since the last run.",
}

CATEGORIES = {
    "image_text": "Read by the OCR engine.",
    "embedded_text": "Their text was in the file already.",
    "no_text": "Nothing to read.",
    "failed": "Could not be read.",
}

STAGES = {
    "fetch": "getting the file",
    "inspect": "opening it, looking for text",
    "classify": "asking if there is text to read",
    "render": "making the picture",
    "rectify": "setting it straight",
    "read": "finding and reading words",
}

REASONS = {
    "bad_manifest_row": "The row of the manifest cannot be used.",
    "blank": "There is nothing on the page.",
    "corrupt": "The file is broken or cut off.",
    "cpu_limit": "The parser used too much CPU time and was stopped.",
    "duplicate_entry": "An earlier row of the manifest names the same file.",
    "empty": "The file holds no bytes.",
    "encrypted": "The PDF asks for a password.",
    "engine_error": "The OCR engine failed on the page.",
    "forbidden_call": "The parser tried what only an intruder would and was stopped.",
    "internal_error": "Nobody foresaw this. It is a bug worth reporting.",
    "isolation": "The machine cannot isolate parsers as well as --min_isolation asks.",
    "jail": "The parser gave no answer.",
    "memory_limit": "The parser wanted too much memory and was stopped.",
    "model": "A model file is missing or does not match its card.",
    "no_words": "The OCR engine found no words on the page.",
    "not_eligible": "The manifest says not to read it.",
    "not_in_manifest": "The manifest does not name it any more.",
    "not_ocrable": "The picture holds no text that OCR could read.",
    "output_unwritable": "The storage of the output refused a file, or had no room for it.",
    "overlay_failed": "Its words are in the tables, but its PDF could not be written.",
    "owner_not_listed": "Its owner is not in the list of owners.",
    "pages_failed": "Some of its pages failed. The others were read.",
    "parser_crash": "The parser crashed.",
    "signed": "A signed PDF gets no overlay: it would break the signature.",
    "source_changed": "The file changed while it was being read.",
    "source_missing": "There is no file at this place.",
    "source_unreadable": "The storage did not hand out the file.",
    "timeout": "The parser hung and was stopped.",
    "too_large": "The file is over the size limit.",
    "too_many_pixels": "The picture would unpack to more pixels than allowed.",
    "unreadable": "What stands on the page is no text that the OCR engine can read.",
    "unsupported_type": "Neither a picture nor a PDF.",
}
