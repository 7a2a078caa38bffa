"""Whether a show goes out from this computer: the programs that push streams, seen pushing or at least running."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from rigcheck.samples import OnAirRequest, OnAirState

if TYPE_CHECKING:
    import psutil

INGEST_PORTS = frozenset({1935, 1936})  # RTMP; 443 is everything, so a push over it cannot be told apart from outside
PUSHERS = {
    "obs": "OBS Studio",
    "obs32": "OBS Studio",
    "obs64": "OBS Studio",
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


def read_on_air(request: OnAirRequest) -> OnAirState:
    """The names of pushers, sorted: those seen pushing, and those that run and cannot be asked. Nothing else leaves here.

    A program pushes when it is connected to an ingest port, or is an ffmpeg or GStreamer whose command line has a push
    as its output. ffmpeg and GStreamer doing anything else are neither; rigcheck itself is neither by its name.
    """
    import psutil  # noqa: PLC0415 - 30 ms that the start of a light command does not pay

    del request
    return state_of(psutil.process_iter(["name"]))


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
