"""Where the streams of this computer go, as far as that can be told from outside: which pushers reach the public."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from rigcheck.address import host_of, place_of
from rigcheck.samples import ObsAddress
from rigcheck.sources.on_air import program_of

if TYPE_CHECKING:
    import psutil

COMMANDS = ("ffmpeg", "gst-launch")
"""Pushers whose command line says where they push to."""
RELAY = "rigcheck relay"
_URL = re.compile(r"(?:rtmp[a-z]*|srt)://(?:\[[0-9a-fA-F:.]+\])?[^\s|\]\"']*")


async def count_streams(address: ObsAddress) -> int:
    """How many streams an OBS sends: its own, and those of plug-ins, whose targets it does not tell. Raises NotSeen."""
    from rigcheck.sources.obs_client import connect  # noqa: PLC0415 - asked for only where there is an OBS
    from rigcheck.sources.obs_output import outputs_of  # noqa: PLC0415 - likewise

    async with connect(address) as client:
        _, outputs = await outputs_of(client)
    return sum(bool(each["outputActive"] and each["outputFlags"].get("OBS_OUTPUT_SERVICE")) for each in outputs)


def read_public_ways(test_hosts: frozenset[str]) -> tuple[str, ...]:
    """The names of those programs, sorted, that send what they get to anybody but this computer and the trial's hosts.

    Looks at ffmpeg, GStreamer and our own relay; the rest does not tell.
    """
    import psutil  # noqa: PLC0415 - 30 ms that the start of a light command does not pay

    return ways_of(psutil.process_iter(["name"]), test_hosts)


def ways_of(processes: Iterable[psutil.Process], test_hosts: frozenset[str]) -> tuple[str, ...]:
    """The same, of these processes."""
    import psutil  # noqa: PLC0415 - likewise

    found: set[str] = set()
    for process in processes:
        program = program_of(process.info["name"] or "")
        try:
            argv = process.cmdline()
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
        except psutil.AccessDenied:
            found |= {name for name in COMMANDS if name == program}
            continue
        if program in COMMANDS and not all(_is_harmless(url, test_hosts) for url in pushed_to(argv)):
            found.add(program)
        elif (place := relayed_to(argv)) and not _is_harmless(f"//{place}", test_hosts):
            found.add(RELAY)
    return tuple(sorted(found))


def pushed_to(argv: Sequence[str]) -> tuple[str, ...]:
    """The stream URLs of a command line that are no input; without one, what it pushes to is not known: an empty URL."""
    outputs = [word for at, word in enumerate(argv) if at and argv[at - 1] != "-i"]
    return tuple(url for word in outputs for url in _URL.findall(word)) or ("",)


def relayed_to(argv: Sequence[str]) -> str | None:
    """HOST:PORT to which a relay of ours sends; None where it is no relay."""
    words = [part for word in argv for part in word.split("=", 1)]
    if not any(pair == ("drill", "relay") for pair in pairwise(words)) or "--to" not in words[:-1]:
        return None
    return words[words.index("--to") + 1]


def _is_harmless(url: str, test_hosts: frozenset[str]) -> bool:
    return bool(url) and (place_of(url) == "loopback" or host_of(url) in test_hosts)
