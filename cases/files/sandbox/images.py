"""Re-encode an image, so that only its pixels are kept: no metadata, no thumbnail, no hidden content."""

import io

from PIL import Image, ImageOps

from cases.files.sandbox.limits import MOST_PIXELS, TooHeavy

LONGEST_SIDE = 4096
MODES = {"JPEG": "RGB", "PNG": "RGBA"}
OPTIONS = {"JPEG": {"quality": 85}, "PNG": {"compress_level": 6}}
SIXTEEN_BITS = ("I;16", "I;16B", "I;16L", "I;16N", "I")


def reencode(content: bytes, form: str, most_pixels: int = MOST_PIXELS) -> tuple[bytes, int]:
    """Return the image as a new one, upright and at most 4096 pixels on a side, and how many pixels the sent one had.

    `form` is the file format of both images, "JPEG" or "PNG"; of an animation the first picture is kept. Raises
    `TooHeavy` for more than `most_pixels`, before any is decoded, and what Pillow raises for a broken image.
    """
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow refuses at twice this
    with _opened(content, form) as sent:
        pixels = sent.width * sent.height
        if pixels > most_pixels:
            raise TooHeavy
        sent.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = _in_eight_bits(ImageOps.exif_transpose(sent)).convert(MODES[form])
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    clean = Image.new(upright.mode, upright.size)
    clean.paste(upright)
    out = io.BytesIO()
    clean.save(out, form, **OPTIONS[form])
    return out.getvalue(), pixels


def _opened(content: bytes, form: str) -> Image.Image:
    """Return the image, of which only the header has been read."""
    try:
        return Image.open(io.BytesIO(content), formats=[form])
    except Image.DecompressionBombError:
        raise TooHeavy from None


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """Return the image with its greys in eight bits: Pillow would cut sixteen off at 255, which makes them white."""
    if image.mode not in SIXTEEN_BITS:
        return image
    return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
