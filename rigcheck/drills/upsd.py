"""What a drill may tell a UPS through NUT's `upsd`: to test its battery, and to stop testing. Nothing else is known here.

`load.*` and `shutdown.*` switch the room off; no code of ours can send them.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

import anyio
from anyio.abc import SocketStream
from anyio.streams.buffered import BufferedByteReceiveStream

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.profile import Secret
from rigcheck.secret import reveal
from rigcheck.sources.line import connection
from rigcheck.sources.nut import expect, listing, parse_ups, read_line

Test = Literal["test.battery.start.quick", "test.battery.start", "test.battery.stop"]
STARTS: tuple[Test, ...] = ("test.battery.start.quick", "test.battery.start")
"""The gentlest first: ten seconds on battery, or whatever the UPS thinks a test is."""
STOP: Test = "test.battery.stop"
LIMIT_S = 6.0
_POLL_S = 0.2
_TEXT = re.compile(r"[^\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Upsd:
    """An open conversation about one UPS."""

    ups: str
    stream: SocketStream
    reader: BufferedByteReceiveStream

    async def say(self, line: str) -> str:
        """One line there, one back."""
        await self.stream.send(f"{line}\n".encode())
        return await read_line(self.reader)

    async def log_in(self, user: str, password: str) -> None:
        """The server believes anybody at first; whether the user may do it is told when he does."""
        for word, text in (("USERNAME", user), ("PASSWORD", password)):
            expect(await self.say(f"{word} {_quoted(text)}"), "OK")

    async def tests(self) -> frozenset[str]:
        """The battery tests that this UPS takes commands for."""
        await self.stream.send(f"LIST CMD {self.ups}\n".encode())
        offered = {line.strip() async for line in listing(self.reader, "CMD", self.ups)}
        return frozenset(offered & {*STARTS, STOP})

    async def order(self, test: Test) -> None:
        """Have it done, and wait for the driver's word where the server passes that on (NUT 2.8 and later)."""
        if test not in (*STARTS, STOP):  # whatever a record says that somebody has changed
            raise NotSeen(Reason.DENIED)
        await self.say("SET TRACKING ON")  # older servers do not know it
        answer = await self.say(f"INSTCMD {self.ups} {test}")
        _, _, number = answer.partition("OK TRACKING ")
        expect("OK" if number else answer, "OK")
        while number and (answer := await self.say(f"GET TRACKING {number}")) != "SUCCESS":
            expect(answer, "PENDING")
            await anyio.sleep(_POLL_S)


@asynccontextmanager
async def talk_to_upsd(nut: str) -> AsyncIterator[Upsd]:
    """A conversation about `ups@host:port` of at most LIMIT_S. Raises NotSeen as `read_nut` does."""
    name, address = parse_ups(nut)
    async with connection(address, LIMIT_S) as stream:
        yield Upsd(name, stream, BufferedByteReceiveStream(stream))


async def offered_tests(nut: str) -> frozenset[str]:
    """The battery tests that a UPS takes commands for. Raises NotSeen."""
    async with talk_to_upsd(nut) as upsd:
        return await upsd.tests()


async def order_test(nut: str, test: Test, user: str, password: Secret) -> None:
    """Have a battery test started or stopped. Raises NotSeen: `denied` where the user must not."""
    text = await anyio.to_thread.run_sync(reveal, password)
    async with talk_to_upsd(nut) as upsd:
        await upsd.log_in(user, text)
        await upsd.order(test)


def _quoted(text: str) -> str:
    if not _TEXT.fullmatch(text):  # a line break would be the next command
        raise NotSeen(Reason.DENIED)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
