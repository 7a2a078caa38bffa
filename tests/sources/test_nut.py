import time

import anyio
import pytest
from services_line import converse
from services_nut import AVAILABLE, Upsd

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.samples import PowerRequest, PowerState
from rigcheck.sources.line import Address
from rigcheck.sources.nut import LIMIT_S, MAX_LINE_BYTES, read_nut

service = pytest.mark.skipif(not AVAILABLE, reason="NUT's upsd and dummy-ups are not installed (Debian: nut-server)")


def ask(ups: str) -> PowerState:
    return anyio.run(read_nut, PowerRequest(nut=ups, bought="2025-01"))


def unseen(ups: str) -> NotSeen:
    with pytest.raises(NotSeen) as caught:
        ask(ups)
    return caught.value


@pytest.mark.svc
@service
def test_a_real_server_through_its_life():
    with Upsd() as server:
        url = f"127.0.0.1:{server.port}"
        state = ask(server.address)
        assert (state.origin, state.bought) == ("nut", "2025-01")
        assert state.values["ups.status"] == "OL"
        assert state.values["battery.runtime"] == "1800"

        server.set("ups.status", "OB DISCHRG")
        assert ask(server.address).values["ups.status"] == "OB DISCHRG"
        server.set("ups.status", "OB DISCHRG LB")
        server.set("battery.charge", "7")
        assert ask(server.address).values["ups.status"] == "OB DISCHRG LB"
        assert ask(server.address).values["battery.charge"] == "7"

        fault = unseen(f"other@{url}")
        assert (fault.reason, fault.params) == (
            Reason.MISSING,
            {"url": url, "asked": "other", "candidates": ("room1",)},
        )

        server.hang()
        began = time.monotonic()
        fault = unseen(server.address)
        assert (fault.reason, fault.params) == (Reason.TIMEOUT, {"url": url})
        assert time.monotonic() - began < LIMIT_S + 1
        server.resume()

        server.kill_driver()
        assert unseen(server.address).reason is Reason.STALE

        server.kill()
        fault = unseen(server.address)
        assert (fault.reason, fault.params) == (Reason.UNREACHABLE, {"url": url})


def answer(*replies: bytes) -> NotSeen | PowerState:
    return converse(read_nut, lambda url: PowerRequest(nut=f"room1@{url}"), *replies)[0]


def listing(*lines: str) -> bytes:
    return "\n".join(["BEGIN LIST VAR room1", *lines, "END LIST VAR room1", ""]).encode()


def test_quotes_escapes_and_what_is_private():
    private = ('VAR room1 ups.serial "1"', 'VAR room1 driver.parameter.password "x"')
    state = answer(
        listing(
            *private, r'VAR room1 ups.mfr "Rig \"works\" \\ sons"', 'VAR room1 ups.status "OL"', 'VAR room1 ups.id ""'
        )
    )
    assert isinstance(state, PowerState)
    assert state.values == {"ups.mfr": 'Rig "works" \\ sons', "ups.status": "OL", "ups.id": ""}


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (b"ERR DATA-STALE\n", Reason.STALE),
        (b"ERR DRIVER-NOT-CONNECTED\r\n", Reason.STALE),
        (b"ERR ACCESS-DENIED\n", Reason.DENIED),
        (b"ERR SOMETHING-NEW\n", Reason.FAILED),
        (listing(), Reason.STALE),
        (listing('VAR room1 ups.status "WAIT"'), Reason.STALE),
        (listing('VAR room1 ups.status "OL'), Reason.JUNK),
        (listing('VAR other ups.status "OL"'), Reason.JUNK),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Reason.JUNK),
        (b"\xff\xfe\x00\n", Reason.JUNK),
        (b"x" * (MAX_LINE_BYTES + 1), Reason.JUNK),
        (listing(*(f'VAR room1 a{n} "x"' for n in range(5000))), Reason.JUNK),
        (b"BEGIN LIST VAR room1\nVAR room1 ups.st", Reason.LOST),
        (b"BEGIN LIST VAR room1\nERR DATA-STALE\n", Reason.STALE),
    ],
)
def test_every_fault_has_its_reason(reply, reason):
    fault = answer(reply)
    assert isinstance(fault, NotSeen)
    assert fault.reason is reason
    assert str(fault.params["url"]).startswith("127.0.0.1:")


def test_an_unknown_name_without_a_list_of_names():
    fault = answer(b"ERR UNKNOWN-UPS\n", b"ERR ACCESS-DENIED\n")
    assert isinstance(fault, NotSeen)
    assert fault.reason in (Reason.MISSING, Reason.DENIED)


@pytest.mark.parametrize("name", ["", "two words@h", 'quo"te@h', "new\nline@h"])
def test_names_that_cannot_be_are_not_even_asked_for(name):
    assert unseen(name).reason is Reason.MISSING


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("", "127.0.0.1:3493"),
        ("nas", "nas:3493"),
        ("nas:99", "nas:99"),
        ("[::1]", "[::1]:3493"),
        ("[::1]:99", "[::1]:99"),
    ],
)
def test_addresses(text, url):
    assert Address.parse(text, 3493).url == url


@pytest.mark.parametrize(
    "where", ["nas:0", "nas:70000", "nas:x", "::1", "a b", "no-such-host.invalid", "\N{SNOWMAN}" * 70]
)
def test_addresses_that_lead_nowhere(where):
    assert unseen(f"ups@{where}").reason is Reason.UNREACHABLE
