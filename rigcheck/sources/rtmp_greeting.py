"""How RTMP begins (specification 1.0, section 5.2): each side sends a version and a greeting, and gives back the other's."""

from __future__ import annotations

import os

VERSION = 3
GREETING_BYTES = 1536
_AS_WEB = b"\r\n\r\n"


def hello() -> bytes:
    """C0 and C1. The line breaks in C1 make a web server answer at once instead of waiting for more."""
    return bytes([VERSION]) + bytes(8) + os.urandom(GREETING_BYTES - 8 - len(_AS_WEB)) + _AS_WEB
