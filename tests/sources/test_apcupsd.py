from pathlib import Path

import anyio
import pytest
from services_line import converse

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.samples import PowerRequest, PowerState
from rigcheck.sources.apcupsd import parse_records, read_apcupsd


def answer(reply: bytes, *, hang: bool = False) -> NotSeen | PowerState:
    outcome, heard = converse(read_apcupsd, lambda url: PowerRequest(apcupsd=url, bought="2025-01"), reply, hang=hang)
    assert heard == [b"\0\6status"]
    return outcome


def framed(*lines: str) -> bytes:
    return b"".join(len(line).to_bytes(2, "big") + line.encode() for line in lines) + b"\0\0"


@pytest.mark.parametrize(
    "name",
    ["backups-bx1500g-online", "smartups-1400-trim-online", "smartups-3000-replacebatt", "smartups-750-slave"],
)
def test_recorded_replies(material: Path, name: str):
    state = answer((material / "apcupsd" / f"{name}.nis.bin").read_bytes())
    assert isinstance(state, PowerState)
    assert (state.origin, state.bought) == ("apcupsd", "2025-01")
    assert state.values == parse_records((material / "apcupsd" / f"{name}.txt").read_text().splitlines())
    assert "ONLINE" in state.values["STATUS"]
    assert not state.values.keys() & {"HOSTNAME", "SERIALNO", "MASTER"}


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (framed("STATUS   : COMMLOST \n"), Reason.STALE),
        (framed("MODEL    : none\n"), Reason.JUNK),
        (b"\0\0", Reason.JUNK),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Reason.JUNK),
        (framed(*(f"K{n} : x" for n in range(600))), Reason.JUNK),
        (framed("STATUS   : ONLINE \n")[:-2], Reason.LOST),
        (framed("STATUS   : ONLINE \n")[:9], Reason.LOST),
        (b"", Reason.LOST),
    ],
)
def test_every_fault_has_its_reason(reply, reason):
    fault = answer(reply)
    assert isinstance(fault, NotSeen)
    assert fault.reason is reason
    assert str(fault.params["url"]).startswith("127.0.0.1:")


def test_a_daemon_that_stops_in_mid_reply():
    fault = answer(framed("STATUS   : ONLINE \n")[:-2], hang=True)
    assert isinstance(fault, NotSeen)
    assert fault.reason is Reason.TIMEOUT


def test_nobody_there():
    with pytest.raises(NotSeen) as caught:
        anyio.run(read_apcupsd, PowerRequest(apcupsd="127.0.0.1:1"))
    assert (caught.value.reason, caught.value.params) == (Reason.UNREACHABLE, {"url": "127.0.0.1:1"})
