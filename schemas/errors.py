"""One class a cause, all from one root. The class's `reason` is what the tables say."""

from __future__ import annotations

MAX_MESSAGE = 500  # characters of a message that the failures table keeps


class PagebeamError(Exception):
    """Root of every foreseen ending of a file or page.

    A message names the offending value and what to do; it never holds a document's text.
    """

    reason: str = "error"
    attempts: int = 1  # how often it was tried


class UsageError(PagebeamError):
    """The command cannot start: a wrong option, an empty input, a missing tool."""

    reason = "usage"


class BadManifestRow(PagebeamError):
    """A row of a manifest that cannot be used."""

    reason = "bad_manifest_row"


class SourceMissing(PagebeamError):
    """There is nothing to read at the URI."""

    reason = "source_missing"


class SourceUnreadable(PagebeamError):
    """The storage refused to hand out the file."""

    reason = "source_unreadable"


class SourceChanged(PagebeamError):
    """The file is no longer the one that was seen first."""

    reason = "source_changed"


class OutputUnwritable(PagebeamError):
    """The storage of the output refused a file, or had no room for it."""

    reason = "output_unwritable"


class Encrypted(PagebeamError):
    """A PDF that does not open with the empty password."""

    reason = "encrypted"


class CorruptDocument(PagebeamError):
    """The bytes are not a readable document of their media type."""

    reason = "corrupt"


class TooManyPixels(PagebeamError):
    """A picture that would unpack to more pixels than Pagebeam is willing to hold."""

    reason = "too_many_pixels"


class SignedDocument(PagebeamError):
    """A signed PDF, which an added text layer would invalidate."""

    reason = "signed"


class JailError(PagebeamError):
    """A parser in the jail did not come back with an answer."""

    reason = "jail"


class JailTimeout(JailError):
    """The parser hung: its wall clock ran out."""

    reason = "timeout"


class JailCpuLimit(JailError):
    """The parser used more CPU time than a call is given."""

    reason = "cpu_limit"


class JailMemoryLimit(JailError):
    """The parser wanted more memory than a call is given."""

    reason = "memory_limit"


class JailCrash(JailError):
    """The parser died (segmentation fault, abort)."""

    reason = "parser_crash"


class JailForbidden(JailError):
    """The parser asked the system for what no parser needs (a socket, a program, another process)."""

    reason = "forbidden_call"


class JailTooWeak(JailError):
    """The machine cannot isolate parsers as well as was asked for: nothing was parsed."""

    reason = "isolation"


class EngineError(PagebeamError):
    """An OCR engine failed on a page."""

    reason = "engine_error"


class Unreadable(PagebeamError):
    """A page that holds marks but no text that an engine can read: it ends well, without words."""

    reason = "unreadable"


class ModelError(PagebeamError):
    """A model file that does not match its card, or is missing."""

    reason = "model"
