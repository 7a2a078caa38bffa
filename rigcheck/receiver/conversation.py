"""What the receiver does for a client that it has let in: tests, uploads, downloads, turns. Each ends by itself."""

from __future__ import annotations

import json
import os
from http import HTTPStatus

import anyio
from anyio.streams.buffered import BufferedByteReceiveStream

from rigcheck.receiver.http import Refusal, answer
from rigcheck.receiver.ledger import LONGEST_S, MOST_BYTES, MOST_DOWN_BYTES, Trial
from rigcheck.receiver.protocol import MAX_LINE_BYTES, TICK_S
from rigcheck.receiver.talk import Talk
from rigcheck.receiver.turns import Site

IDLE_S = 10.0
"""A client that says nothing for so long has gone."""
NEWS_S = 1.0
DOWN_S = 10.0
_GRACE_S = 0.05  # who gets a turn at once need not hear of waiting
_BLOCK = 65_536


async def tell_what(talk: Talk) -> None:
    """For people who try the address in a browser."""
    await talk.stream.send(answer(HTTPStatus.OK, "This is a rigcheck receiver.\n"))


async def find_nothing(talk: Talk) -> None:
    """Any other path. Raises Refusal."""
    raise Refusal(HTTPStatus.NOT_FOUND, f"there is no {talk.head.path[:40]} here")


async def tell_address(talk: Talk) -> None:
    """The address that the client has out here."""
    await talk.stream.send(answer(HTTPStatus.OK, talk.address))


async def take_word(talk: Talk) -> None:
    """A room says whether it is on air, and wants nothing."""
    talk.site()
    await talk.stream.send(answer(HTTPStatus.OK, "heard\n"))


async def hold_test(talk: Talk) -> None:
    """A test as long as its client stays: every line comes back at once. Raises Refusal."""
    seconds, most_bytes = talk.number("seconds", LONGEST_S), int(talk.number("bytes", MOST_BYTES))
    trial = talk.ledger.open(seconds, most_bytes)
    if trial is None:
        raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "too many tests")
    try:
        await talk.switch()
        await talk.stream.send(json.dumps({"id": trial.id, "address": talk.address}).encode() + b"\n")
        with anyio.move_on_at(trial.until_s):
            await _echo_lines(talk)
    finally:
        talk.ledger.close(trial)


async def _echo_lines(talk: Talk) -> None:
    while True:
        with anyio.move_on_after(IDLE_S) as patience:
            line = await talk.reader.receive_until(b"\n", MAX_LINE_BYTES)
            await talk.stream.send(line + b"\n")
        if patience.cancelled_caught:
            return


async def take_upload(talk: Talk) -> None:
    """Swallow what comes, and tell every 100 ms how much it was. Raises Refusal."""
    trial = talk.trial()
    if trial.is_uploading:
        raise Refusal(HTTPStatus.CONFLICT, "this test has its upload already")
    trial.is_uploading = True
    try:
        await talk.switch()
        with anyio.move_on_at(trial.until_s):
            await _count(talk, trial)
    finally:
        trial.is_uploading = False


async def _count(talk: Talk, trial: Trial) -> None:
    tally = _Tally()
    async with anyio.create_task_group() as group:
        group.start_soon(_tell, talk, tally)
        await _swallow(talk.reader, trial, tally)
        group.cancel_scope.cancel()
    with anyio.move_on_after(IDLE_S):
        await talk.stream.send(tally.line() + b"end\n")


class _Tally:
    """Bytes since the last line, and when the first one came."""

    def __init__(self) -> None:
        self.began_s: float | None = None
        self.bytes = 0

    def add(self, count: int) -> None:
        if self.began_s is None:
            self.began_s = anyio.current_time()
        self.bytes += count

    def line(self) -> bytes:
        since_s = 0.0 if self.began_s is None else anyio.current_time() - self.began_s
        count, self.bytes = self.bytes, 0
        return f"{since_s:.6f} {count}\n".encode()


async def _tell(talk: Talk, tally: _Tally) -> None:
    """A line each 100 ms, also when nothing came: then the client knows that it is the way up that is dead."""
    next_s = anyio.current_time() + TICK_S
    while True:
        await anyio.sleep_until(next_s)
        with anyio.fail_after(IDLE_S):
            await talk.stream.send(tally.line())
        next_s = max(next_s + TICK_S, anyio.current_time())


async def _swallow(reader: BufferedByteReceiveStream, trial: Trial, tally: _Tally) -> None:
    """Read until the client has no more, is silent for 10 s, or has had its share."""
    while trial.bytes_left > 0:
        with anyio.move_on_after(IDLE_S) as patience:
            try:
                count = len(await reader.receive(_BLOCK))
            except anyio.EndOfStream:
                return
            tally.add(count)
            trial.bytes_left -= count
        if patience.cancelled_caught:
            return


async def answer_down(talk: Talk) -> None:
    """As many bytes as were asked for, while the test has some left. Raises Refusal."""
    trial, wanted = talk.trial(), int(talk.number("bytes", MOST_DOWN_BYTES))
    count = min(wanted, trial.down_left)
    if count <= 0:
        raise Refusal(HTTPStatus.FORBIDDEN, "this test has had its download")
    trial.down_left -= count
    block = os.urandom(_BLOCK)
    with anyio.move_on_after(DOWN_S):
        await talk.stream.send(answer(HTTPStatus.OK, length=count))
        for start in range(0, count, _BLOCK):
            await talk.stream.send(block[: count - start])


async def hold_turn(talk: Talk) -> None:
    """The site's turn until its client hangs up or its time is over; it waits for those before it. Raises Refusal."""
    site, seconds = talk.site(), talk.number("seconds", LONGEST_S)
    await talk.switch()
    telling = anyio.CancelScope()
    async with anyio.create_task_group() as group:
        group.start_soon(_until_hangup, talk, group.cancel_scope)
        group.start_soon(_tell_who, talk, site, telling)
        async with site.lock:
            telling.cancel()
            site.holder = talk.room()
            with anyio.move_on_after(seconds):
                await _have(talk, site)
        group.cancel_scope.cancel()


async def _until_hangup(talk: Talk, turn: anyio.CancelScope) -> None:
    try:
        while True:
            await talk.reader.receive(MAX_LINE_BYTES)
    except (anyio.EndOfStream, anyio.BrokenResourceError):
        turn.cancel()


async def _tell_who(talk: Talk, site: Site, telling: anyio.CancelScope) -> None:
    with telling:
        await anyio.sleep(_GRACE_S)
        while True:
            await talk.stream.send(f"wait {site.holder}\n".encode())
            await anyio.sleep(NEWS_S)


async def _have(talk: Talk, site: Site) -> None:
    """Its turn. Filling the line is refused while a room is, or may be, on air."""
    in_the_way = talk.turns.in_the_way(site) if "full" in talk.head.query else None
    if in_the_way is not None:
        await talk.stream.send(f"refused {in_the_way}\n".encode())
        return
    await talk.stream.send(b"go\n")
    await anyio.sleep_forever()
