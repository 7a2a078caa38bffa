"""Status words of power supplies, every vocabulary brought to that of NUT: a set, in any order."""

from __future__ import annotations

import re
from collections.abc import Iterable

Words = frozenset[str]

NORMAL = frozenset({"OL", "OB", "LB", "RB", "OVER", "CHRG", "HE", "ECO"})
"""Nothing to add: mains, battery, low, replace and overload have metrics of their own; charging and eco are fine."""
CAUTION = frozenset({"ALARM", "TRIM", "BOOST", "CAL", "DISCHRG", "HB", "TEST", "WORN"})
"""The load is fed, but something is out of the ordinary (mains out of range, a test running, worn battery)."""
BAD = frozenset({"OFF", "FSD", "BYPASS", "NOBATT"})
"""The load is not protected, or will be switched off."""
STALE = frozenset({"WAIT", "COMMLOST"})
"""The daemon has lost the device, or has not heard of it yet: nothing else it says counts."""
KNOWN = NORMAL | CAUTION | BAD | STALE

_APCUPSD = {
    "ONLINE": "OL",
    "ONBATT": "OB",
    "LOWBATT": "LB",
    "REPLACEBATT": "RB",
    "OVERLOAD": "OVER",
    "SHUTTING": "FSD",  # "SHUTTING DOWN"
    "DOWN": "",
    "SLAVE": "",  # reads another computer's UPS: no fault
}
# apcupsd's UPS_* bits of STATFLAG; decoded right on recorded replies (0x05000008 ONLINE, 0x0500000A TRIM ONLINE)
_STATFLAG = {
    0x1: "CAL",
    0x2: "TRIM",
    0x4: "BOOST",
    0x8: "OL",
    0x10: "OB",
    0x20: "OVER",
    0x40: "LB",
    0x80: "RB",
    0x100: "COMMLOST",
    0x200: "FSD",
}
_SHOWN_WORDS, _SHOWN_CHARS = 8, 16


def nut_words(status: str) -> Words:
    """The words of NUT's `ups.status`."""
    return frozenset(status.split())


def apcupsd_words(status: str, statflag: str) -> Words:
    """The words of apcupsd's STATUS and of the bits of its STATFLAG together; a malformed STATFLAG adds nothing."""
    said = {_APCUPSD.get(word, word) for word in status.split()}
    bits = int(statflag, 16) if re.fullmatch(r"0[xX][0-9a-fA-F]{1,8}", statflag.strip(), re.ASCII) else 0
    return frozenset(said | {word for bit, word in _STATFLAG.items() if bits & bit}) - {""}


def condition(words: Words) -> tuple[str | None, tuple[str, ...]]:
    """What the words add up to, and which of them made it so: `normal`, `caution` or `bad`; None without any word.

    Our own rule, after the words seen in real device dumps: a word nobody knows is caution, mains and battery at once
    is bad. DISCHRG belongs to OB and is caution with anything else.
    """
    if not words:
        return None, ()
    bad = words & BAD | ({"OL", "OB"} if words >= {"OL", "OB"} else set())
    caution = (words & CAUTION | words - KNOWN) - ({"DISCHRG"} if "OB" in words else set())
    if bad:
        return "bad", _shown(bad | caution)
    return ("caution", _shown(caution)) if caution else ("normal", ())


def _shown(words: Iterable[str]) -> tuple[str, ...]:
    """Words fit for a message: few, short, printable, whatever the device said."""
    clean = ("".join(char if char.isprintable() else "?" for char in word[:_SHOWN_CHARS]) for word in sorted(words))
    return tuple(clean)[:_SHOWN_WORDS]
