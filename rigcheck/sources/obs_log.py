"""What OBS's own log warns of, by a small set of our own rules. Each rule stands alone: one that breaks costs only itself.

Log lines: https://github.com/obsproject/obs-studio (blog calls; always English, whatever OBS's language), 27 to 32.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress

Rule = Callable[[str], bool]

MUCH_PCT = 1.0
"""Share of frames lost by an earlier stream or recording of this session; OBS's own statistics turn yellow here."""

_OWN_RATE = re.compile(r"samples per sec:\s+(\d+)")
_DEVICE_RATE = re.compile(r"Device '.{1,200}' \[(\d+) Hz\] initialized|PCM '.{1,200}' rate set to (\d+)")
_ADAPTER = re.compile(r"Loading up \w+ on adapter (.+)")
_LISTED = re.compile(r"\tAdapter \d+: (.+)")
_SOFTWARE = re.compile(r"llvmpipe|softpipe|swrast|swiftshader|basic render", re.IGNORECASE)
_FAST = re.compile(r"nvidia|geforce|quadro|radeon (?:rx|pro)|\barc\b", re.IGNORECASE)


def warnings_in(log: str) -> tuple[str, ...]:
    """The ids of the rules that a log sets off, in the order of RULES."""
    return tuple(_set_off(log))


def _set_off(log: str) -> Iterator[str]:
    for name, rule in RULES.items():
        with suppress(Exception):  # a log is any text at all
            if rule(log):
                yield name


def _has(pattern: str) -> Rule:
    compiled = re.compile(pattern)
    return lambda log: compiled.search(log) is not None


def _differs_in_rate(log: str) -> bool:
    """A microphone that runs at another rate than OBS is resampled, and drifts or crackles on some drivers."""
    own = _OWN_RATE.findall(log)
    devices = {windows or alsa for windows, alsa in _DEVICE_RATE.findall(log)}
    return bool(own) and bool(devices - {own[-1]})


def _renders_in_software(log: str) -> bool:
    return any(_SOFTWARE.search(adapter) for adapter in _ADAPTER.findall(log)[-1:])


def _renders_on_the_slow_one(log: str) -> bool:
    """OBS runs on the graphics of the processor while a graphics card is there (laptops do that)."""
    used = _ADAPTER.findall(log)[-1:]
    cards = [name for name in _LISTED.findall(log) if _FAST.search(name)]
    return bool(used and cards) and not _FAST.search(used[0]) and not _SOFTWARE.search(used[0])


def _loses(words: str) -> Rule:
    """The last output that ended, or the video at OBS's last reset, says it lost a share of its frames for this reason."""
    compiled = re.compile(rf"{words}: \d+(?:/\d+)? \((\d+(?:\.\d+)?)%\)")
    return lambda log: any(float(share) >= MUCH_PCT for share in compiled.findall(log)[-1:])


RULES: dict[str, Rule] = {
    "sample-rate": _differs_in_rate,
    "two-instances": _has(r"running multiple instances of OBS"),
    "unclean-shutdown": _has(r"Crash or unclean shutdown detected"),
    "software-gpu": _renders_in_software,
    "slow-gpu": _renders_on_the_slow_one,
    "encoder-fallback": _has(
        r"(?i)fall(?:ing)? back to .{0,40}(?:encoder|ffmpeg)|Failed to open NVENC codec|Encoder ID '.{1,80}' not found"
    ),
    "encoder-error": _has(r"Error encoding with encoder"),
    "audio-buffering": _has(r"Max audio buffering reached"),
    "device-failed": _has(
        r"WASAPI: Device '.{1,200}' failed to start|Device '.{1,200}' invalidated\. +Retrying|v4l2-input: Unable to open device"
        r"|alsa-input: (?:Failed to (?:open|start)|Device not prepared)|Could not create device|: Video configuration failed"
        r"|coreaudio: no device found|pulse-input: Unable to (?:connect|create)"
    ),
    "wifi": _has(r"Interface: .{1,200} \(802\.11"),
    "network-drops": _loses(r"dropped frames due to insufficient bandwidth/connection stalls"),
    "encode-lag": _loses(r"skipped frames due to encoding lag"),
    "render-lag": _loses(r"lagged frames due to rendering lag/stalls"),
}
"""By id, worst guesses never: each says only what OBS itself wrote."""
