"""`rigcheck receiver`: our own far end, on a rented server near the ingest or a second PC in the building."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Option

from rigcheck.cli.flags import Lang

if TYPE_CHECKING:
    from rigcheck.receiver.server import Place


def receiver(
    *,
    listen: Annotated[
        list[str], Option("--listen", metavar="HOST:PORT", help="Where to listen; again for each line of a router.")
    ],
    token: Annotated[
        str | None, Option("--token", metavar="REF", help="What rooms must show: env:NAME or file:PATH, never itself.")
    ] = None,
    lang: Lang = None,
) -> int:
    """Count what rooms upload, until Ctrl-C. Writes where it listens to stderr, nothing else."""
    import sys
    from functools import partial

    from rigcheck.cli.language import speak
    from rigcheck.cli.session import run_session
    from rigcheck.errors import UsageError
    from rigcheck.model import Message
    from rigcheck.receiver.server import Receiver

    words, places, secret = speak(lang), [_place(text) for text in listen], _token(token)

    def ready(place: Place) -> None:
        sys.stderr.write(f"{words.text('receiver.listening', {'place': str(place)})}\n")
        sys.stderr.flush()

    if secret is None:
        sys.stderr.write(f"{words.text('receiver.open')}\n")
    refused = run_session(partial(Receiver(secret).serve, places, ready))
    if refused.in_use:
        raise UsageError(Message("error.receiver.in-use", {"place": str(refused.place)}))
    raise UsageError(Message("error.receiver.not-here", {"place": str(refused.place), "error": refused.error}))


def _place(text: str) -> Place:
    from rigcheck.errors import NotSeen, UsageError
    from rigcheck.model import Message
    from rigcheck.receiver.protocol import DEFAULT_PORT
    from rigcheck.receiver.server import Place
    from rigcheck.sources.line import Address

    host, _, port = text.rpartition(":")
    if port == "0":
        return Place(host.strip("[]") or "127.0.0.1", 0)
    try:
        address = Address.parse(text, DEFAULT_PORT)
    except NotSeen as nonsense:
        raise UsageError(Message("error.receiver.place", {"place": text})) from nonsense
    return Place(address.host, address.port)


def _token(ref: str | None) -> str | None:
    """The text behind the reference. What is no reference may be the token itself: it is not repeated."""
    from rigcheck.errors import NotSeen, UsageError
    from rigcheck.model import Message
    from rigcheck.profile import Secret
    from rigcheck.secret import reveal

    if ref is None:
        return None
    try:
        token = reveal(Secret(ref))
    except NotSeen:
        token = ""
    if not token.isprintable() or not token:
        raise UsageError(Message("error.receiver.token"))
    return token
