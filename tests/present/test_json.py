import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from reports import ROOMS, Room, report_of, sample

import rigcheck
from rigcheck.errors import Exit
from rigcheck.i18n import languages, load_catalogue
from rigcheck.model import Message, Reason
from rigcheck.present import FORMATS, Look
from rigcheck.present.json import error_json, report_json

EN, ZH = load_catalogue("en"), load_catalogue("zh-Hans")
SCHEMA = json.loads((Path(rigcheck.__file__).parent / "data" / "report.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
each_room = pytest.mark.parametrize("room", ROOMS)


def no_constant(word):
    raise AssertionError(word)


def told(report, words=EN):
    return json.loads(report_json(report, words), parse_constant=no_constant)


def without_text(value):
    if isinstance(value, dict):
        return {key: without_text(child) for key, child in value.items() if key != "text"}
    return [without_text(child) for child in value] if isinstance(value, list) else value


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


@each_room
@pytest.mark.parametrize("words", [load_catalogue(name) for name in languages()], ids=languages())
def test_every_report_fits_the_schema(room, words):
    VALIDATOR.validate(told(sample(room), words))


@each_room
def test_only_the_texts_depend_on_the_language(room):
    english, chinese = told(sample(room), EN), told(sample(room), ZH)
    assert english != chinese
    assert without_text(english) == without_text(chinese)


@pytest.mark.parametrize(
    "damage",
    [
        {"extra": 1},
        {"status": "skip"},
        {"took_s": -1},
        {"started_at": "2026-11-21T20:00:00+08:00"},
        {"measurements": {"Mic Level": 3}},
        {"findings": [{}]},
        {"profile": {"name": "x"}},
    ],
    ids=str,
)
def test_the_schema_is_strict(damage):
    assert not VALIDATOR.is_valid({**told(sample("good")), **damage})


def test_keys_stand_in_the_order_of_the_contract():
    assert list(told(sample("good"))) == [
        *("schema", "rigcheck", "command", "started_at", "took_s", "source", "profile", "room", "site", "stage"),
        *("show_at", "on_air", "status", "exit_code", "measurements", "units", "reasons", "findings", "not_checked"),
        "baseline",
    ]


def test_a_report_says_what_it_knows():
    report = told(sample("one-fault"))
    assert report["schema"] == 1
    assert report["rigcheck"] == rigcheck.__version__
    assert report["started_at"] == "2026-11-21T11:47:54Z"
    assert report["show_at"] == "2026-11-21T12:00:00Z"
    assert (report["status"], report["exit_code"]) == ("fail", 2)
    assert report["measurements"]["mic.loudness_lufs"] == -31.04
    assert report["measurements"]["mic.hum_hz"] is None
    assert report["reasons"]["mic.hum_hz"] == "no-hum"
    assert report["units"]["mic.loudness_lufs"] == "LUFS"
    assert report["not_checked"] == ["drills"]


def test_a_finding_is_whole():
    finding = told(sample("one-fault"))["findings"][0]
    assert finding == {
        "check": "mic.level",
        "status": "fail",
        "impact": "stop",
        "device": "main",
        "via": "device",
        "metric": "mic.loudness_lufs",
        "value": -31.04,
        "unit": "LUFS",
        "off_by": -13.04,
        "estimate": False,
        "waived": None,
        "limit": {"ok": [-18, -13], "warn": [-24, -10], "origin": "profile"},
        "message": {
            "id": "mic.level.low",
            "params": {},
            "text": "Mic too quiet: -31.0 LUFS, want -18..-13 (room), 13 dB low",
        },
        "advice": {
            "id": "mic.level.low.do",
            "params": {},
            "text": "Is the transmitter muted or padded, or the mic too far away? "
            "Then raise the gain until normal speech reads -18..-13 LUFS.",
            "who": "tech",
            "minutes": 1,
        },
    }


def test_other_devices_have_their_own_keys():
    report = told(sample("backup"))
    assert report["measurements"]["mic.loudness_lufs@backup"] == -15.24
    assert report["units"]["mic.loudness_lufs@backup"] == "LUFS"
    assert report["measurements"]["light.flicker_pct@side"] == 3.4
    assert report["reasons"]["mic.hum_hz@backup"] == "no-hum"


def test_what_was_not_seen_has_no_value_but_a_reason():
    finding = next(f for f in told(sample("nothing"))["findings"] if f["check"] == "mic.level")
    assert (finding["status"], finding["value"], finding["message"]["id"]) == ("unknown", None, "reason.missing")
    assert finding["message"]["params"]["candidates"] == ["HDA Intel PCH", "USB Audio"]
    assert finding["message"]["text"] == "Mic level: not there (Wireless GO II)"
    assert finding["advice"]["id"] == "reason.missing.do"


def test_waived_flags_and_words():
    waived = next(f for f in told(sample("waived"))["findings"] if f["check"] == "light.evenness")
    assert waived["waived"] == {"until": "2026-12-31", "why": "lamp on order"}
    mains = next(f for f in told(sample("on-battery"))["findings"] if f["check"] == "power.mains")
    assert (mains["value"], mains["limit"]["ok"], mains["off_by"]) == (False, [True], None)


def test_numbers_are_finite_and_short():
    report = told(report_of(Room(values={"mic.loudness_lufs": -15.123456789, "mic.snr_db": float("nan")})))
    assert report["measurements"]["mic.loudness_lufs"] == -15.1235
    assert report["measurements"]["mic.snr_db"] is None
    assert report["reasons"]["mic.snr_db"] == Reason.JUNK
    assert told(replace(sample("good"), took_s=float("inf")))["took_s"] is None


def test_whole_numbers_stay_whole():
    assert '"camera.width_px": 1080,' in report_json(sample("good"), EN)
    assert '"mic.muted": false,' in report_json(sample("good"), EN)


def test_an_error_has_its_own_object():
    message = Message("error.usage.unknown-check", {"name": "mike", "hint": ("mic", "mic.level")})
    failure = json.loads(error_json(message, Exit.USAGE, EN))
    VALIDATOR.validate(failure)
    assert failure["error"] == {
        "id": "error.usage.unknown-check",
        "params": {"name": "mike", "hint": ["mic", "mic.level"]},
        "text": "there is no check or part mike; do you mean mic, mic.level?",
        "exit_code": 64,
    }


def test_times_are_utc_wherever_the_room_is():
    report = replace(sample("good"), started_at=datetime(2026, 1, 1, 0, 0, 0, 999999, tzinfo=UTC), show_at=None)
    assert told(report)["started_at"] == "2026-01-01T00:00:00Z"
    assert told(report)["show_at"] is None


@each_room
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_takes_every_report(room, name):
    assert FORMATS[name](sample(room), ZH, Look())
