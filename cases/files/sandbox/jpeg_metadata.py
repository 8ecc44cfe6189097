"""Take the segments out of a JPEG that hold anything but what its pixels need (ITU-T T.81, annex B)."""

START, SCAN = 0xD8, 0xDA
APPLICATIONS, COMMENT = range(0xE0, 0xF0), 0xFE
ADOBE = 0xEE  # how the colours are to be read


def without_metadata(content: bytes) -> bytes:
    """Return the JPEG without Exif, XMP, IPTC, colour profile and comments; its pixels stay as they are.

    What is not built like a JPEG is returned as far as it could be followed, without the rest.
    """
    if content[:2] != bytes((0xFF, START)):
        return content
    kept, at = bytearray(content[:2]), 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == SCAN:
            return bytes(kept + content[at:])
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker == ADOBE or marker not in (*APPLICATIONS, COMMENT):
            kept += content[at : at + 2 + length]
        at += 2 + length
    return bytes(kept)
