"""An upload over one line: the engines of the profile in their order, until one has measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.sources.engine import ThroughputEngine
from rigcheck.sources.turn import turn
from rigcheck.uplink_state import UplinkRequest, UplinkTrace


async def measure_uplink(request: UplinkRequest, *, on_air: bool | None = False) -> UplinkTrace:
    """What the first engine that works has measured; those before it are in `failed` with their reasons.

    `on_air` is this room's word for the others of its site. Raises NotSeen: as `turn` does, or where no engine is left
    with the reason and the parameters of the first that should have worked, its name as `engine`, and all of them in
    `failed` ("http timeout"). That says nothing of the network.
    """
    async with turn(request, on_air=on_air) as waited_s:
        outcome = await _try_all(request)
    if isinstance(outcome, NotSeen):
        raise outcome
    return replace(outcome, waited_s=waited_s)


async def _try_all(request: UplinkRequest) -> UplinkTrace | NotSeen:
    faults: dict[str, NotSeen] = {}
    for name in request.engines:
        try:
            trace = await _try(name, request)
        except NotSeen as fault:
            faults[name] = fault
            request = _with_what_is_left(request, fault)
        else:
            return replace(trace, failed={tried: str(fault.reason) for tried, fault in faults.items()} or None)
        if request.max_bytes == 0:
            break
    return _told(faults)


async def _try(name: str, request: UplinkRequest) -> UplinkTrace:
    engine = engine_of(name)
    fault = engine.available(request)
    if fault is not None:
        raise fault
    return await engine.measure(request)


def _with_what_is_left(request: UplinkRequest, fault: NotSeen) -> UplinkRequest:
    """What a failed engine has sent counts against the line's allowance."""
    spent = fault.params.get("sent_bytes", 0)
    if request.max_bytes is None or not isinstance(spent, int):
        return request
    return replace(request, max_bytes=max(0, request.max_bytes - spent))


def _told(faults: Mapping[str, NotSeen]) -> NotSeen:
    """The fault of the first engine that should have worked, else of the first."""
    if not faults:
        return NotSeen(Reason.NOT_IN_PROFILE)
    name = next((name for name, fault in faults.items() if fault.reason.is_blind), next(iter(faults)))
    failed = tuple(f"{tried} {fault.reason}" for tried, fault in faults.items())
    return NotSeen(faults[name].reason, {**faults[name].params, "engine": name, "failed": failed})


def engine_of(name: str) -> ThroughputEngine:
    """The engine of that name; only those that are tried are loaded."""
    match name:
        case "http":
            from rigcheck.sources import engine_http  # noqa: PLC0415 - what is not asked for is not loaded

            return engine_http
        case "iperf3":
            from rigcheck.sources import engine_iperf3  # noqa: PLC0415 - likewise

            return engine_iperf3
        case _:
            from rigcheck.sources import engine_speedtest  # noqa: PLC0415 - likewise

            return engine_speedtest
