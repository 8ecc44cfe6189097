"""One cache of compiled page templates for all apps of a test process, of which many tests build their own."""

from types import CodeType

from jinja2.bccache import Bucket, BytecodeCache


class SharedTemplates(BytecodeCache):
    """Given to an app by `jinja_options`, it lets the app compile only what no app before it has compiled."""

    def __init__(self) -> None:
        self.codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket of a template with its code, where this very source has been compiled."""
        bucket.code = self.codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        if bucket.code:
            self.codes[bucket.key, bucket.checksum] = bucket.code
