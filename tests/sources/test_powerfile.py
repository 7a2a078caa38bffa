from pathlib import Path

import pytest

from rigcheck.samples import PowerRequest
from rigcheck.sources.powerfile import MAX_BYTES, read_power_file

ASKED = PowerRequest(bought="2024-01")


def read(folder: Path, content: bytes):
    path = folder / "dump"
    path.write_bytes(content)
    return read_power_file(path, ASKED)


def test_a_device_dump_with_remarks(tmp_path):
    state = read(
        tmp_path,
        b"battery.charge: 1000\t#BAD: +1000+ is 100%\nups.status: OL OFF #BAD: not really off\n"
        b"#CMD:load.off\t#BAD\n\nbattery.runtime: 0\t#COMMENT: Need calibration.\nups.alarm:\nups.serial: 1\ndriver.parameter.password: x\nups.mfr: B\xf6se #1\n",
    )
    assert state is not None
    assert (state.origin, state.bought) == ("nut", "2024-01")
    assert dict(state.values) == {
        "battery.charge": "1000",
        "ups.status": "OL OFF",
        "battery.runtime": "0",
        "ups.alarm": "",
        "ups.mfr": "B\N{REPLACEMENT CHARACTER}se #1",
    }


def test_an_empty_status_behind_a_remark(tmp_path):
    state = read(tmp_path, b"ups.status: \t#BAD: 'ups.status' is always empty\nups.load: 3\n")
    assert state is not None
    assert state.values["ups.status"] == ""


def test_upsc_text_of_windows(tmp_path):
    state = read(
        tmp_path,
        b"\xef\xbb\xbfbattery.charge: 100\r\nups.load:  65.6 \r\nups.status: OL\r\nups.id: x\r\nups.mfr: y\r\n",
    )
    assert state is not None
    assert state.values == {
        "battery.charge": "100",
        "ups.load": "65.6",
        "ups.status": "OL",
        "ups.id": "x",
        "ups.mfr": "y",
    }


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n# nothing\n",
        b"room: beauty-3\nups.status: OL\nshow: {}\n",
        b"ups.status: OL\0\n",
        b"RIFF....WAVEfmt ",
        b"STATE : ONLINE\nLINEV : 230 Volts\n",
        b"ups.status: OL\n" * (MAX_BYTES // 15 + 1),
        bytes(range(1, 256)) * 40,
    ],
)
def test_what_is_no_power_dump(tmp_path, content):
    assert read(tmp_path, content) is None


@pytest.mark.parametrize(
    ("name", "count", "expected"),
    [
        ("backups-bx1500g-online", 35, {"STATUS": "ONLINE", "TIMELEFT": "48.5 Minutes", "BATTDATE": "2021-04-01"}),
        ("smartups-1400-trim-online", 50, {"STATUS": "TRIM ONLINE", "LOADPCT": "9.3 Percent", "BATTDATE": "13/11/15"}),
        ("smartups-3000-replacebatt", 19, {"STATUS": "ONLINE REPLACEBATT", "LINEV": "224.6 Volts"}),
        ("smartups-750-slave", 33, {"STATUS": "ONLINE SLAVE", "STATFLAG": "0x05000408"}),
    ],
)
def test_apcaccess_text(material, name, count, expected):
    state = read_power_file(material / "apcupsd" / f"{name}.txt", ASKED)
    assert state is not None
    assert state.origin == "apcupsd"
    assert len(state.values) == count
    assert {key: state.values[key] for key in expected} == expected
