"""Tell a file's kind by its first bytes; its name and its claimed type are not asked."""

import codecs

from bot.media import kinds
from bot.media.kinds import Kind

HEAD = 512
"""How many bytes are enough to tell every kind, a transport stream being the longest."""

_STARTS: tuple[tuple[bytes, Kind], ...] = (
    (b"GIF8", kinds.GIF),
    (b"\x89PNG\r\n\x1a\n", kinds.PICTURE),
    (b"\xff\xd8\xff", kinds.PICTURE),
    (b"BM", kinds.PICTURE),
    (b"II*\0", kinds.PICTURE),
    (b"MM\0*", kinds.PICTURE),
    (b"FLV\x01", kinds.FLV),
    (b"0&\xb2u\x8ef\xcf\x11", kinds.WMV),  # the ASF header's GUID
    (b"\0\0\x01\xba", kinds.MPEG),  # program stream pack
    (b"\0\0\x01\xb3", kinds.MPEG),  # bare video sequence
    (b"OggS", kinds.SOUND),
    (b"fLaC", kinds.SOUND),
    (b"ID3", kinds.SOUND),
    (b"%PDF", kinds.PDF),
    (b"PK\x03\x04", kinds.ARCHIVE),
    (b"Rar!", kinds.ARCHIVE),
    (b"7z\xbc\xaf'\x1c", kinds.ARCHIVE),
    (b"\x1f\x8b", kinds.ARCHIVE),
    (b"#EXTM3U", kinds.PLAYLIST),
    (b"ffconcat", kinds.PLAYLIST),
)
_RIFF_FORMS = {b"AVI ": kinds.AVI, b"WAVE": kinds.SOUND, b"WEBP": kinds.PICTURE}
# The box types that QuickTime files from before the `ftyp` box can begin with.
_MOV_BOXES = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_PICTURE_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis"}
_SOUND_BRANDS = {b"M4A ", b"M4B ", b"M4P "}
_TS_PACKET = 188
_MP3_SYNC = 0xE0


def sniff(head: bytes) -> Kind:
    """Return the kind of the file that begins with these bytes; `HEAD` of them are enough."""
    head = head[:HEAD]  # a recording may be damaged further on
    if not head:
        return kinds.EMPTY
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF":
        return _RIFF_FORMS.get(head[8:12], kinds.UNKNOWN)
    if head[:4] == b"\x1aE\xdf\xa3":
        return _ebml(head)
    if head[4:8] == b"ftyp":
        return _brand(head[8:12])
    if head[4:8] in _MOV_BOXES:
        return kinds.MOV
    if _is_transport_stream(head):
        return kinds.MPEG_TS
    if head[0] == 0xFF and head[1:2] and head[1] & _MP3_SYNC == _MP3_SYNC:  # noqa: PLR2004 (MPEG audio sync)
        return kinds.SOUND
    return _text(head)


def _ebml(head: bytes) -> Kind:
    # The DocType element: id 42 82, one byte of length, then the word itself.
    doctype = head.partition(b"\x42\x82")[2][1:9]
    if doctype.startswith(b"webm"):
        return kinds.WEBM
    return kinds.MATROSKA if doctype.startswith(b"matroska") else kinds.UNKNOWN


def _brand(brand: bytes) -> Kind:
    if brand == b"qt  ":
        return kinds.MOV
    if brand in _PICTURE_BRANDS:
        return kinds.PICTURE
    return kinds.SOUND if brand in _SOUND_BRANDS else kinds.MP4


def _is_transport_stream(head: bytes) -> bool:
    # Each packet begins with 0x47; .m2ts puts four bytes of clock before each.
    for packet, first in ((_TS_PACKET, 0), (_TS_PACKET + 4, 4)):
        marks = head[first::packet]
        if len(marks) > 1 and set(marks) == {0x47}:
            return True
    return False


def _text(head: bytes) -> Kind:
    try:
        # Incremental, since the last character may be cut in two where the head ends.
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return kinds.UNKNOWN
    if any(character < " " and character not in "\t\r\n\f" for character in text):
        return kinds.UNKNOWN
    start = text.lstrip("\ufeff \t\r\n").lower()
    is_page = start.startswith(("<!doctype html", "<html", "<head", "<body"))
    return kinds.WEB_PAGE if is_page else kinds.TEXT
