"""Re-encode an image in a process of its own, so that only its pixels are kept: no metadata, no hidden content.

Run as a program with JPEG or PNG as its only argument: reads the image from stdin, writes the new one to stdout,
exits 1 when it is not such an image. It imports nothing of Ventil, so that it starts fast and can break nothing.
"""

import io
import resource
import sys

from PIL import Image, ImageOps

MOST_PIXELS = 50_000_000
LONGEST_SIDE = 4096
MEMORY = 1_500_000_000
CPU_SECONDS = 20
MODES = {"JPEG": "RGB", "PNG": "RGBA"}
OPTIONS = {"JPEG": {"quality": 85}, "PNG": {"compress_level": 6}}


def reencode(content: bytes, form: str) -> bytes:
    """Return the image as a new one: upright, at most 4096 pixels on a side, without metadata.

    `form` is the file format of both images, "JPEG" or "PNG".
    """
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow refuses at twice this
    with Image.open(io.BytesIO(content), formats=[form]) as sent:
        sent.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(sent).convert(MODES[form])
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    clean = Image.new(upright.mode, upright.size)
    clean.paste(upright)
    out = io.BytesIO()
    clean.save(out, form, **OPTIONS[form])
    return out.getvalue()


def _limit_resources() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main() -> int:
    """Re-encode the image on stdin to stdout; return the exit code: 1 when the image cannot be read."""
    _limit_resources()
    try:
        clean = reencode(sys.stdin.buffer.read(), sys.argv[1])
    except Exception:  # whatever a broken image raises, it is refused
        return 1
    sys.stdout.buffer.write(clean)
    return 0


if __name__ == "__main__":
    sys.exit(main())
