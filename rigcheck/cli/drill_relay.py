"""The body of `rigcheck drill relay`: the long-running process on the encoder's way to the ingest."""

from __future__ import annotations

import sys
from functools import partial

from rigcheck.cli.language import speak
from rigcheck.cli.session import run_session
from rigcheck.drills.relay_door import run_relay
from rigcheck.errors import Exit, NotSeen, UsageError
from rigcheck.model import Message
from rigcheck.sources.line import Address


def relay_stream(listen: str, to: str, lang: str | None) -> int:
    """Relay until stopped. Raises UsageError for what is no place, or cannot be listened on."""
    words = speak(lang)

    def ready(place: Address) -> None:
        sys.stderr.write(words.text("drill.relaying", {"listen": place.url, "to": to}) + "\n")
        sys.stderr.flush()

    run_session(partial(run_relay, _place(listen), _place(to), ready))
    return int(Exit.OK)


def _place(text: str) -> Address:
    """HOST:PORT; port 0 is any that is free."""
    host, _, port = text.rpartition(":")
    if host and port == "0":
        return Address(host.strip("[]"), 0)
    try:
        return Address.parse(text if host else "", 0)  # a host alone has no port: nonsense
    except NotSeen as nonsense:
        raise UsageError(Message("error.usage.relay-place", {"place": text})) from nonsense
