"""Whether a show goes out from this computer: the programs that push streams, seen pushing or at least running."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import anyio

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.samples import ObsAddress, OnAirRequest, OnAirState
from rigcheck.sources.worker import call_in_worker

if TYPE_CHECKING:
    import psutil

OBS = "OBS Studio"
ASK_S = 3.5
"""An OBS that takes longer is hung."""
INGEST_PORTS = frozenset({1935, 1936})  # RTMP; 443 is everything, so a push over it cannot be told apart from outside
PUSHERS = {
    "obs": OBS,
    "obs32": OBS,
    "obs64": OBS,
    "streamlabs obs": "Streamlabs Desktop",
    "streamlabs desktop": "Streamlabs Desktop",
    "slobs-client": "Streamlabs Desktop",
    "xsplit.core": "XSplit",
    "xsplitbroadcaster": "XSplit",
    "vmix": "vMix",
    "vmix64": "vMix",
    "wirecast": "Wirecast",
    "twitchstudio": "Twitch Studio",
    "prismlivestudio": "PRISM Live Studio",
    "prism live studio": "PRISM Live Studio",
    "meld studio": "Meld Studio",
    "tiktok live studio": "TikTok LIVE Studio",
    "直播伴侣": "抖音直播伴侣",
    "webcast_mate": "抖音直播伴侣",
    "webcastmate": "抖音直播伴侣",
    "kwailive": "快手直播伴侣",
    "livehime": "bilibili 直播姬",
    "taobaolive": "淘宝主播工作台",
    "douyutool": "斗鱼直播伴侣",
    "yymixer": "YY 开播",
}
"""Program names (lower case, without .exe) as public process lists have them."""
_COMPANION = re.compile(r"直播伴侣|直播姬|直播助手|直播工具|主播工作台|直播客户端")
_NO_PROGRAM = re.compile(r"launcher|uninst|update|crash", re.IGNORECASE)
_COMMAND = re.compile(r"(ffmpeg|gst-launch)")

_PUSH_URL = re.compile(r"(?:^|[\]|])(?:rtmp[a-z]*|srt)://")
_NOT_AN_OUTPUT = frozenset({"-i", "-rtmp_tcurl", "-rtmp_pageurl", "-rtmp_swfurl", "-rtmp_swfverify", "-referer"})
_PUSH_SINKS = frozenset({"rtmpsink", "rtmp2sink", "srtsink", "srtclientsink", "whipsink", "whipclientsink"})


async def look_on_air(request: OnAirRequest) -> OnAirState:
    """The pushers of this computer, and what the show's OBS says of itself, here or on another computer.

    An OBS that answers is asked no more of the process list; one that should and does not is `unasked`.
    """
    if request.obs is None:
        return await call_in_worker(read_on_air, request)
    seen: list[OnAirState | NotSeen] = []
    said: list[bool | NotSeen] = []

    async def look() -> None:
        try:
            seen.append(await call_in_worker(read_on_air, request))
        except NotSeen as fault:  # kept: a task group would wrap it
            seen.append(fault)

    async with anyio.create_task_group() as group:
        group.start_soon(look)
        said.append(await _ask(request.obs))
    if isinstance(seen[0], NotSeen):
        raise seen[0]
    return await _together(seen[0], said[0], request.obs)


async def _ask(address: ObsAddress) -> bool | NotSeen:
    """Whether that OBS streams, or why it does not say."""
    from rigcheck.sources.obs_output import read_is_streaming  # noqa: PLC0415 - asked for only where there is an OBS

    with anyio.move_on_after(ASK_S):
        try:
            return await read_is_streaming(address)
        except NotSeen as fault:
            return fault
    return NotSeen(Reason.TIMEOUT)


async def _together(seen: OnAirState, said: bool | NotSeen, address: ObsAddress) -> OnAirState:
    """Both kinds of evidence. An OBS of this computer is also a process here; one of another is known by its answer only."""
    from rigcheck.sources.obs_program import is_here  # noqa: PLC0415 - likewise

    local = await is_here(address)
    if isinstance(said, NotSeen):
        is_absent = local and (said.reason is Reason.UNREACHABLE or "ref" in said.params)  # then the processes tell
        return seen if is_absent or OBS in seen.pushing else replace(seen, unasked=_with(seen.unasked, OBS))
    pushing = _with(seen.pushing, OBS) if said else seen.pushing
    unasked = tuple(name for name in seen.unasked if name != OBS or not local)
    return OnAirState(pushing, unasked, obs_answers=True)


def _with(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(sorted({*names, name}))


def read_on_air(request: OnAirRequest) -> OnAirState:
    """The names of pushers, sorted: those seen pushing, and those that run and cannot be asked. Nothing else leaves here.

    A known program pushes when it is connected to an ingest port, or is an ffmpeg or GStreamer whose command line has a
    push as its output (doing anything else, these are neither). Any program pushes that sends steadily to an ingest, as
    far as the system tells: `uploader`. rigcheck itself is neither by its name.
    """
    import psutil  # noqa: PLC0415 - 30 ms that the start of a light command does not pay

    from rigcheck.sources.uploader import read_uploaders  # noqa: PLC0415 - likewise

    state = state_of(psutil.process_iter(["name"]))
    pushing = {*state.pushing, *((program_of(name) or name) for name in read_uploaders(request))}
    return OnAirState(tuple(sorted(pushing)), tuple(name for name in state.unasked if name not in pushing))


def state_of(processes: Iterable[psutil.Process]) -> OnAirState:
    """What these processes, listed with their `name`, add up to."""
    pushing: set[str] = set()
    unasked: set[str] = set()
    for process in processes:
        if program := program_of(process.info["name"] or ""):
            verdict = _is_pushing(process, program)
            (pushing if verdict else unasked if verdict is None else set()).add(program)
    return OnAirState(tuple(sorted(pushing)), tuple(sorted(unasked - pushing)))


def program_of(name: str) -> str | None:
    """The product behind a process name; None for all that push no streams, launchers and updaters included."""
    plain = name.lower().removesuffix(".exe").removesuffix(".app").strip()
    if found := _COMMAND.match(plain):
        return found[1]
    if _NO_PROGRAM.search(plain):
        return None
    return PUSHERS.get(plain) or (plain if _COMPANION.search(plain) else None)


def _is_pushing(process: psutil.Process, program: str) -> bool | None:
    """True or False where it can be told, None where it cannot; a process that has just ended does not push."""
    import psutil  # noqa: PLC0415 - likewise

    try:
        if _COMMAND.fullmatch(program):
            return pushes(process.cmdline())
        return True if _is_connected(process) else None
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False
    except psutil.AccessDenied:
        return None


def _is_connected(process: psutil.Process) -> bool:
    links = process.net_connections(kind="tcp")
    return any(link.status == "ESTABLISHED" and link.raddr and link.raddr.port in INGEST_PORTS for link in links)


def pushes(argv: Sequence[str]) -> bool:
    """Whether an ffmpeg or gst-launch command line sends a stream somewhere; serving one (listening) is not pushing."""
    if "gst-launch" in "".join(argv[:1]):
        return bool(_PUSH_SINKS & set(argv))
    return any(_is_push(argv, at) for at in range(1, len(argv)))


def _is_push(argv: Sequence[str], at: int) -> bool:
    """Whether word `at` is an output of ffmpeg that connects to somebody."""
    if not _PUSH_URL.search(argv[at]) or argv[at - 1] in _NOT_AN_OUTPUT or "mode=listener" in argv[at]:
        return False
    inputs = [index for index in range(at) if argv[index] == "-i"]
    options = argv[inputs[-1] + 2 : at] if inputs else argv[:at]
    return ("-listen", "1") not in pairwise(options)
