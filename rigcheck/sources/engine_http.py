"""The engine `http`: an upload to our own receiver, which counts what arrives, with round trips before and during it."""

from __future__ import annotations

import json
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit
from urllib.request import getproxies

import anyio
import anyio.to_thread
import numpy as np

from rigcheck.errors import NotSeen
from rigcheck.measure.settle import RAMP_S, settled
from rigcheck.model import Reason
from rigcheck.receiver.protocol import ID_CHARS, MAX_LINE_BYTES
from rigcheck.secret import reveal
from rigcheck.sources.download import download
from rigcheck.sources.line import Address
from rigcheck.sources.probes import Echo, probe
from rigcheck.sources.reach import PORTS
from rigcheck.sources.upload import Upload
from rigcheck.sources.wire import FarEnd, Wire, first_fault
from rigcheck.uplink_state import Isolation, UplinkRequest, UplinkTrace

OVERRUN_S = 2.0
"""The first byte may come late, and so may the last count."""
AROUND_S = 20.0
"""A test at the receiver lasts as long as its upload and this: probes before, a download after."""
FULL_S = 2.0
"""At the end of an upload at full speed the buffers on the way are as full as they get; those round trips count."""
UNLIMITED_BYTES = 40_000_000_000
LEAST_DOWN_BYTES, MOST_DOWN_BYTES = 1_000_000, 20_000_000
_MAX_ADDRESS_CHARS = 64
Ended = Literal["settled", "cap", "max-mb", "duration"]


def available(request: UplinkRequest) -> NotSeen | None:
    """It needs the receiver's URL, and one of http: a proxy that adds TLS would be what counts, not the line."""
    if request.http is None:
        return NotSeen(Reason.NOT_IN_PROFILE)
    if urlsplit(request.http).scheme != "http":
        return NotSeen(Reason.NOT_THIS_WAY, {"url": request.http})
    return None


async def measure(request: UplinkRequest) -> UplinkTrace:
    """An upload to the receiver at `request.http`, over the line that the request names.

    Raises NotSeen: `unreachable`, `timeout` (no answer, or the way was cut), `denied` (its token), `held` (too many
    guests), `junk` (another service listens there), `lost` (it went away), `missing` with `asked` (no such interface);
    with `sent_bytes` where something was sent.
    """
    far_end = await far_end_of(request, request.interface, request.far_end_port)
    most_bytes = request.max_bytes or UNLIMITED_BYTES
    async with far_end.upgraded("/test", seconds=request.seconds + AROUND_S, bytes=most_bytes + 1) as wire:
        test = await _begin(wire)
        run = _Run(request, far_end, test, Echo(wire))
        same = await _same_address(request, test.address)
        try:
            async with first_fault() as group:
                group.start_soon(run.echo.send)
                group.start_soon(run.echo.hear)
                trace = await run.trace(same)
                group.cancel_scope.cancel()
        except NotSeen as fault:  # a receiver that dies is noticed by the echo or by the upload, whichever is first
            spent = {} if run.upload is None else {"sent_bytes": run.upload.sent_bytes}
            raise NotSeen(fault.reason, {**fault.params, **spent}) from None
        return trace


async def far_end_of(request: UplinkRequest, interface: str | None, port: int | None) -> FarEnd:
    """The receiver as one line reaches it. Raises NotSeen: `denied` with `ref` where the token cannot be read."""
    parts = urlsplit(request.http or "")
    address = Address(parts.hostname or "", port or parts.port or PORTS["http"])
    token = None
    if request.token is not None:
        token = await anyio.to_thread.run_sync(reveal, request.token, abandon_on_cancel=True)
        if not token.isprintable():  # a line break would be another header
            raise NotSeen(Reason.DENIED, {"ref": request.token.ref.partition(":")[0]})
    return FarEnd(address, interface, token)


@dataclass(frozen=True, slots=True)
class _Test:
    """A test at the receiver: its id, and the address that this line has out there (never told to anybody)."""

    id: str
    address: str


async def _begin(wire: Wire) -> _Test:
    try:
        with anyio.fail_after(OVERRUN_S):
            told = json.loads(await wire.until(b"\n", MAX_LINE_BYTES))
        test = _Test(str(told["id"]), str(told["address"]))
    except TimeoutError:
        raise NotSeen(Reason.TIMEOUT) from None
    except (ValueError, TypeError, KeyError):
        raise NotSeen(Reason.JUNK) from None
    if len(test.id) != ID_CHARS or not test.id.isalnum():
        raise NotSeen(Reason.JUNK)
    return test


async def _same_address(request: UplinkRequest, address: str) -> bool | None:
    """Whether another line than the main one has the main line's public address; None where that cannot be told."""
    if request.name == "main":
        return None
    try:
        main = await far_end_of(request, request.main_interface, None)
        return address == (await main.get("/address", _MAX_ADDRESS_CHARS)).decode("latin-1")
    except NotSeen:
        return None


@dataclass(slots=True)
class _Run:
    """One measurement: what was asked for, the test that it is, the echo that goes on beside it, and its upload."""

    request: UplinkRequest
    far_end: FarEnd
    test: _Test
    echo: Echo
    upload: Upload | None = None

    async def trace(self, same_address: bool | None) -> UplinkTrace:
        datagrams = await probe(self.echo.wire, self.far_end.interface, self.test.id)
        began_s = anyio.current_time()
        upload, ended = await self._upload()
        idle_ms, busy_ms = self._round_trips(began_s, anyio.current_time())
        down_kbps, down_bytes = await self._download(upload.sent_bytes)
        answered = bool(datagrams.trips)
        return UplinkTrace(
            method="http",
            counted="receiver",
            t_s=upload.times,
            arrived=upload.counts,
            sent_bytes=upload.sent_bytes + down_bytes,
            paced_kbps=self.request.rate_kbps,
            ended=ended,
            idle_rtt_ms=np.array(idle_ms),
            loaded_rtt_ms=np.array(busy_ms),
            transit_ms=np.array(datagrams.in_order if answered else idle_ms),
            probes_sent=datagrams.sent if answered else 0,  # none at all came back: UDP is shut there, no loss
            probes_lost=datagrams.sent - len(datagrams.trips) if answered else 0,
            download_kbps=down_kbps,
            rpm=_rpm(busy_ms) if self.request.rate_kbps is None else None,
            isolation=self._isolation(),
            same_address=same_address,
            proxy=bool(getproxies().keys() & {"http", "https", "all"}),
        )

    async def _upload(self) -> tuple[Upload, Ended]:
        """Until its figure is settled, its time or its bytes are over."""
        async with self.far_end.upgraded("/upload", test=self.test.id) as wire:
            upload = self.upload = Upload(wire, self.request.rate_kbps, self.request.max_bytes or UNLIMITED_BYTES)
            async with first_fault() as group:
                group.start_soon(upload.pump)
                with anyio.move_on_after(self.request.seconds + OVERRUN_S):
                    await upload.listen(self._is_enough)
                group.cancel_scope.cancel()
            _drop(wire.door)
        if not sum(upload.arrived):
            raise NotSeen(Reason.TIMEOUT, {"url": self.far_end.address.url})
        return upload, self._why(upload)

    def _is_enough(self, upload: Upload) -> bool:
        is_over = bool(upload.t_s) and upload.t_s[-1] >= self.request.seconds
        return is_over or (self.request.settle and upload.is_settled and not self._still_fills())

    def _still_fills(self) -> bool:
        """Whether a buffer on the way is still filling up, where the line's worst is wanted: round trips grow."""
        return self.request.rate_kbps is None and self.echo.grows()

    def _why(self, upload: Upload) -> Ended:
        if upload.is_whole:
            return "max-mb"
        if not self.request.settle:
            return "duration"
        return "settled" if settled(upload.times, upload.counts) else "cap"

    def _round_trips(self, began_s: float, ended_s: float) -> tuple[list[float], list[float]]:
        """(idle, loaded) in ms. The start of the upload loads the line only gradually; a short one has nothing else."""
        busy = self.echo.since(began_s)
        idle = [ms for _, ms in self.echo.trips[: len(self.echo.trips) - len(busy)]]
        full_s = ended_s - FULL_S if self.request.rate_kbps is None else began_s
        return idle, self.echo.since(max(began_s + RAMP_S, full_s)) or busy

    async def _download(self, sent_bytes: int) -> tuple[float | None, int]:
        """(kbit/s, bytes) of a short one the other way, where the line's maximum is wanted and its allowance has room."""
        left = (self.request.max_bytes or UNLIMITED_BYTES) - sent_bytes
        if self.request.rate_kbps is not None or left < LEAST_DOWN_BYTES:
            return None, 0
        with suppress(NotSeen):
            return await download(self.far_end, self.test.id, min(left, MOST_DOWN_BYTES))
        return None, 0

    def _isolation(self) -> Isolation:
        return "router" if self.request.far_end_port is not None else self.echo.wire.isolation


def _rpm(busy_ms: list[float]) -> float | None:
    """Round trips a minute beside the load: from the mean of the quickest 95 %, as draft-ietf-ippm-responsiveness has it."""
    if not busy_ms:
        return None
    kept = sorted(busy_ms)[: max(1, round(len(busy_ms) * 0.95))]
    return 60_000 / float(np.mean(kept))


def _drop(door: socket.socket) -> None:
    """Close without sending what still waits: it would go on costing, and fill the line for whoever is next."""
    with suppress(OSError):
        door.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
