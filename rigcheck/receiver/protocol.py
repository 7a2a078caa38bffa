"""What receiver and client have agreed on: paths, words and sizes. Plain HTTP/1.1; what flows both ways is an Upgrade.

`/test` opens a test: a line of JSON with its `id` and the `address` seen, then every line comes back (round trips).
`/upload` takes bytes and sends a line `SECONDS BYTES` about every 100 ms, seconds since the first byte, and `end` at
the end. `/turn` waits for the site's turn: `wait ROOM`, `go`, or `refused ROOM`; hanging up gives it back. A datagram
that starts with a test's id comes back as it is. `/download`, `/address` and `/word` are plain requests.
"""

from __future__ import annotations

SERVER = "rigcheck-receiver/1"
UPGRADE = "rigcheck-1"
DEFAULT_PORT = 8080
ID_CHARS = 32
TICK_S = 0.1
MAX_HEAD_BYTES = 4096
MAX_LINE_BYTES = 512
MAX_DATAGRAM_BYTES = 64
WORDS = {True: "yes", False: "no", None: "unknown"}
"""How a room says whether it is on air."""
