"""In which letters a file is written. What comes out is UTF-8; what was found is told, and never guessed."""

import codecs
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from families.intake.notes import Note, note
from families.intake.pieces import file_refused

BLOCK = 1 << 20
USUAL_SIGNS = frozenset("‘’“”–—…•€£©®°·´¨¸ªº½¼¾²³±×«»\xa0\xad§¡¿™†")
"""What people type in Windows-1252 besides letters. Others there are mostly letters of another alphabet, read wrongly:
`é` of an old DOS system is `‚` in Windows-1252."""
SAVE_AS_UTF8 = "Save the file as “CSV UTF-8”."


def as_utf8(file: BinaryIO, folder: Path | None = None) -> tuple[BinaryIO, list[Note]]:
    """The file itself, or one of the same text in UTF-8 without a name, at its beginning.

    Errors: FileNotValid: neither UTF-8, nor UTF-16 that says so, nor plainly Windows-1252.
    """
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        written = _written_anew(file, "utf-16", folder, "not_utf16", "The file says UTF-16 and is not.")
        return written, [note("read_as_utf_16")]
    if b"\0" in start:
        raise file_refused("/", "not_utf8", "The file seems to be UTF-16 and does not say so.", SAVE_AS_UTF8)
    if _is_utf8(file):
        return file, []
    _check_windows_1252(file)
    written = _written_anew(file, "cp1252", folder, "not_utf8", "The file is neither UTF-8 nor Windows-1252.")
    return written, [note("read_as_windows_1252")]


def _is_utf8(file: BinaryIO) -> bool:
    """Half characters pass here: they are one line's fault, which is in the report, and not the file's."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogatepass")
    try:
        while block := file.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


def _check_windows_1252(file: BinaryIO) -> None:
    """Errors: FileNotValid for a file that could be something else as well."""
    row = 0
    try:
        while raw := file.readline(BLOCK):
            row += 1
            if raw.isascii():
                continue
            if _decodes(raw):
                raise _undecided(row, "is UTF-8 and others are not")
            try:
                text = raw.decode("cp1252")
            except UnicodeDecodeError:
                raise _undecided(row, "is neither UTF-8 nor Windows-1252") from None
            if not all(c.isascii() or c.isalpha() or c in USUAL_SIGNS for c in text):
                raise _undecided(row, "holds signs that nobody writes in Windows-1252")
    finally:
        file.seek(0)


def _decodes(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _undecided(line: int, what: str) -> Exception:
    return file_refused(f"/lines/{line}", "not_utf8", f"Line {line} of the text {what}.", SAVE_AS_UTF8)


def _written_anew(file: BinaryIO, encoding: str, folder: Path | None, code: str, detail: str) -> BinaryIO:
    written = cast(BinaryIO, TemporaryFile(dir=folder))  # noqa: SIM115  # its reader keeps it open
    text = TextIOWrapper(file, encoding=encoding, newline="")
    try:
        while block := text.read(BLOCK):
            written.write(block.encode())
    except UnicodeError:
        written.close()
        raise file_refused("/", code, detail, SAVE_AS_UTF8) from None
    finally:
        text.detach()
        file.seek(0)
    written.seek(0)
    return written
