"""The chain on the screen and as JSON: the first broken link first, within 79 columns, in every language."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from chain_world import BACKUP, DRILL, LIVE, NOW, ROOM, mains, room_with, setting, world
from rich.cells import cell_len

from rigcheck.chain import walk
from rigcheck.chain.link import LINKS, Chain, ChainReport, broken
from rigcheck.errors import NotSeen
from rigcheck.i18n import languages, load_catalogue
from rigcheck.link_state import Reach
from rigcheck.model import Message, ProfileRef, Reason
from rigcheck.present import Look
from rigcheck.present.chain import chain_json, chain_table
from rigcheck.profile import CameraDevice, Profile

WORDS = {language: load_catalogue(language) for language in languages()}
each_language = pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
KEYS = [
    "schema", "rigcheck", "command", "started_at", "took_s", "source", "profile", "room", "on_air", "links",
    "first_broken", "plan", "steps", "status", "exit_code",
]  # fmt: skip


def report(profile: Profile = ROOM, **changes) -> ChainReport:
    chain = walk(setting(profile), world(profile, **changes), NOW)
    ref = ProfileRef("room", "/rooms/room.yaml", "ab12", "room")
    return ChainReport(chain, profile.room, datetime(2026, 11, 22, 20, 30, tzinfo=UTC), 1.8344, "live", ref)


def screen(found: ChainReport, words=WORDS["en"], **look) -> list[str]:
    return chain_table(found, words, Look(**look)).splitlines()


def test_the_first_line_names_the_first_broken_link():
    lines = screen(report(room_with(backup=BACKUP), obs=replace(LIVE, scene="Standby")))
    assert lines[0] == "BROKEN AT: OBS scene   beauty-3   on air"
    assert "BROKEN    OBS scene  Standby is on the programme, not Live" in lines
    assert lines[-1] == "took 1.8 s   exit 2"


def test_the_steps_are_numbered_through_and_say_who():
    lines = screen(report(room_with(backup=BACKUP), obs=replace(LIVE, scene="Standby")))
    at = lines.index("Do now:")
    assert lines[at : at + 7] == [
        "Do now:",
        "1   tech  In OBS, bring the scene onto the programme: Live",
        "",
        "If that does not help (backup in the profile):",
        "2   tech  In OBS, bring the scene onto the programme: Standby",
        "3   tech  Play the file standby.mp4.",
        "4   host  Tell viewers: 马上回来",
    ]


def test_a_drill_names_its_people_places_and_deadlines():
    lines = screen(
        report(room_with(drills=(DRILL,)), camera=NotSeen(Reason.MISSING, {"device": "BRIO"})), WORDS["zh-Hans"]
    )
    assert any("演练 camera-lost" in line for line in lines)
    (step,) = (line for line in lines if line.startswith("2   场控  "))
    assert all(word in step for word in ("Cam 2", "obs.main", "5 秒内"))


def test_where_the_profile_names_no_backup_it_is_said():
    lines = screen(report(reach=Reach("refused")))
    assert "Do now (the profile names no backup for the ingest):" in lines


@pytest.mark.parametrize(
    ("changes", "headline"),
    [
        ({}, "NOTHING BROKEN   beauty-3   on air"),
        (
            {"obs": replace(LIVE, streaming=False), "reach": Reach("answered", 1, 2)},
            "BROKEN AT: uplink   beauty-3   on air",
        ),
    ],
)
def test_other_first_lines(changes, headline):
    assert screen(report(**changes))[0] == headline


def test_a_stream_that_does_not_run_is_in_the_first_line():
    early = replace(ROOM, show=replace(ROOM.show, starts=None))
    found = report(early, obs=replace(LIVE, streaming=False), on_air=None)
    assert screen(found)[0].startswith("NOTHING BROKEN, BUT OBS IS NOT STREAMING")


def test_nothing_seen_is_not_nothing_broken():
    bare = Profile(camera={}, mic={}, power={})
    found = replace(report(), chain=walk(setting(bare), {}, NOW), room=None)
    assert json.loads(chain_json(found, WORDS["en"]))["status"] == "unknown"
    assert screen(found)[0] == "NOTHING COULD BE SEEN   not known if on air"
    assert screen(found)[-1] == "took 1.8 s   exit 3"


def test_a_room_half_seen_is_not_said_to_be_whole():
    found = report(obs=NotSeen(Reason.DENIED))
    assert screen(found)[0] == "NOTHING SEEN BROKEN; LINKS NOT SEEN: 3   beauty-3   on air"
    assert screen(found)[-1] == "took 1.8 s   exit 3"
    assert "?         OBS scene  access denied" in screen(found)
    made = json.loads(chain_json(found, WORDS["en"]))
    assert (made["status"], made["exit_code"]) == ("unknown", 3)


@each_language
@pytest.mark.parametrize("width", [40, 79])
def test_no_line_is_too_wide(words, width):
    name = "Logitech BRIO 4K Stream Edition (046d:085e) " * 2
    room = room_with(replace(ROOM, camera={"main": CameraDevice(name)}), backup=BACKUP, drills=(DRILL,))
    for changes in (
        {"camera": NotSeen(Reason.MISSING, {"device": name})},
        {"reach": Reach("timeout")},
        {"obs": NotSeen(Reason.UNREACHABLE)},
        {"power": mains(ups_status="OB LB")},
        {"obs": NotSeen(Reason.DENIED)},
    ):
        lines = screen(report(room, **changes), words, width=width)
        assert max(map(cell_len, lines)) <= width


@each_language
def test_every_link_has_its_line_in_order(words):
    links = screen(report(), words)[2 : 2 + len(LINKS)]
    assert all(words.text(f"now.link.{link}") in line for link, line in zip(LINKS, links, strict=True))
    assert [line.split()[0] for line in links] == [words.text("now.status.ok")] * 7 + [words.text("now.status.skip")]


def test_what_a_device_calls_itself_cannot_move_the_cursor():
    found = broken("camera", Message("now.camera.missing", {"device": "\x1b[2Jevil\n"}), "camera")
    shown = "\n".join(screen(replace(report(), chain=Chain((found,), None))))
    assert "\x1b" not in shown


def test_colour_only_where_it_is_asked_for():
    found = report(reach=Reach("refused"))
    assert "\x1b[" not in "\n".join(screen(found))
    assert "\x1b[" in "\n".join(screen(found, color=True))


def test_json_has_the_documented_keys():
    made = json.loads(chain_json(report(room_with(backup=BACKUP), obs=replace(LIVE, scene="Standby")), WORDS["en"]))
    assert list(made) == KEYS
    assert (made["schema"], made["command"], made["started_at"]) == (1, "now", "2026-11-22T20:30:00Z")
    assert [link["link"] for link in made["links"]] == list(LINKS)
    assert made["links"][3] == {
        "link": "scene",
        "status": "broken",
        "seen": {
            "id": "now.scene.other",
            "params": {"found": "Standby", "wanted": "Live"},
            "text": "Standby is on the programme, not Live",
        },
    }
    assert (made["first_broken"], made["status"], made["exit_code"], made["on_air"]) == ("scene", "fail", 2, True)
    assert made["plan"] == {"covers": "content", "origin": "backup.content"}
    assert [step["kind"] for step in made["steps"]] == ["mend", "backup", "backup", "backup"]
    assert made["steps"][0] == {
        "who": "tech",
        "text": "In OBS, bring the scene onto the programme: Live",
        "at": None,
        "within_s": None,
        "kind": "mend",
    }


def test_json_of_a_room_that_works():
    made = json.loads(chain_json(report(), WORDS["en"]))
    assert (made["first_broken"], made["plan"], made["steps"]) == (None, None, [])
    assert (made["status"], made["exit_code"]) == ("ok", 0)


def test_json_is_the_same_in_every_language_but_for_its_texts():
    found = report(room_with(drills=(DRILL,)), camera=NotSeen(Reason.MISSING, {"device": "BRIO"}))

    def silent(value):
        if isinstance(value, dict):
            return {key: silent(entry) for key, entry in value.items() if key != "text"}
        return [silent(entry) for entry in value] if isinstance(value, list) else value

    made = [silent(json.loads(chain_json(found, words))) for words in WORDS.values()]
    assert all(each == made[0] for each in made)
