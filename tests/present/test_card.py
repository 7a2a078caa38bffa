"""The card on the wall: everything that can fail is on it, in every language, on one page, and nothing that is secret."""

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import get_args

import pytest
from drill_world import Paper
from rich.cells import cell_len

from rigcheck.drill_plan import Backup, BackupContent, BackupDevice, BackupPower, Cover, Drill, Step, Within
from rigcheck.drills.actions import actions_of
from rigcheck.i18n import languages, load_catalogue
from rigcheck.present.card import MOST_PEOPLE, MOST_STEPS, ORDER, card_html, card_of, card_text, fitted
from rigcheck.profile import CameraDevice, Profile, Secret
from rigcheck.uplink import Ingest, Push

WORDS = {language: load_catalogue(language) for language in languages()}
EN = WORDS["en"]
DAY = date(2026, 11, 22)
ACTIONS = actions_of(Paper())
CAMERA = Drill(
    "camera-lost",
    "camera",
    fault=(Step("ask", "pull the HDMI"),),
    switch=(
        Step("obs_scene", {"scene": "Cam 2"}, who="场控", at="obs.main", deadline_s=5.0),
        Step("ask", {"what": "clap once", "undo": "none"}, who="host"),
    ),
    crew={"主播": "继续讲解"},
    notice="back in a moment",
)
ROOM = Profile(
    room="beauty-3",
    site="floor-2",
    camera={"main": CameraDevice(), "backup": CameraDevice(device="b")},
    push=Push(
        "rtmp://live.example/app/secret-path", Secret("env:KEY"), Ingest("rtmp://two.example/app", Secret("env:K2"))
    ),
    backup=Backup(
        camera=BackupDevice("backup", "Cam 2"),
        power=BackupPower("main", ("router",), 15.0),
        content=BackupContent("Standby", "a.mp4", "soon"),
    ),
    drills=(CAMERA,),
    people={"场控": "Wang 138 0000 0002", "tech": "Li 138 0000 0001"},
)
each_language = pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)


class Page(HTMLParser):
    """Whether tags close, what is loaded, and the text."""

    VOID = frozenset({"meta"})

    def __init__(self, html):
        super().__init__()
        self.open, self.text, self.loads = [], "", []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.open += [] if tag in self.VOID else [tag]
        self.loads += [name for name, _ in attrs if name in ("src", "href")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def long_room(text, people=20):
    """Every fault with more steps than anybody reads."""
    covers = get_args(Cover)
    steps = tuple(Step("ask", text, who=f"who {number}") for number in range(9))
    drills = tuple(Drill(f"{cover}-lost", cover, switch=steps) for cover in covers)
    return Profile(room="r" * 80, drills=drills, people={f"who {number}": text for number in range(people)})


def test_what_the_profile_says_stands_first_by_what_takes_most_with_it():
    card = card_of(ROOM, DAY, ACTIONS)
    assert set(ORDER) == set(get_args(Cover))
    assert [sheet.cover for sheet in card.sheets] == [
        "power", "pc", "app", "network", "ingest", "camera", "mic", "content",
    ]  # fmt: skip
    origins = {sheet.cover: sheet.origin for sheet in card.sheets}
    assert origins["camera"] == "drill:camera-lost"
    assert (origins["power"], origins["ingest"], origins["mic"]) == ("backup.power", "push.backup", None)


def test_a_drill_says_who_does_what_where_until_when_and_for_how_long_viewers_may_be_without():
    text = card_text(card_of(ROOM, DAY, ACTIONS), EN)
    assert "场控  In OBS, bring the scene onto the programme: Cam 2 (obs.main)," in text
    assert "within 5 s" in text
    assert "clap once" in text
    assert "主播  继续讲解" in text
    assert "Tell viewers: back in a moment" in text
    assert "drill camera-lost; viewers may be without for 8 s at most" in text
    assert "pull the HDMI" not in text


def test_a_target_of_the_drills_own_is_the_one_that_is_told():
    own = replace(ROOM, drills=(replace(CAMERA, within=Within(outage_s=3.5)),))
    assert "for 3.5 s at most" in card_text(card_of(own, DAY, ACTIONS), EN)


def test_who_can_be_called_is_told_and_who_cannot_has_a_line_to_write_on():
    text = card_text(card_of(ROOM, DAY, ACTIONS), EN)
    assert "  场控: Wang 138 0000 0002" in text
    assert "  tech: Li 138 0000 0001" in text
    assert re.search(r"^  host: _{20,}$", text, re.MULTILINE)


def test_a_role_and_what_the_room_calls_it_are_one_person():
    room = replace(ROOM, people={"主播": "Yu 138 0000 0003"})
    text = card_text(card_of(room, DAY, ACTIONS), WORDS["zh-Hans"])  # where the role host is called so, too
    assert text.count("  主播: ") == 1
    assert "  主播: Yu 138 0000 0003" in text


@each_language
def test_no_secret_and_no_url_is_on_it(words):
    card = card_of(ROOM, DAY, ACTIONS)
    for made in (card_text(card, words), card_html(card, words)):
        assert not [part for part in ("secret-path", "rtmp:", "env:", "KEY") if part in made]


@each_language
def test_every_fault_has_its_sign_in_every_language(words):
    for cover in get_args(Cover):
        assert words.has(f"card.sign.{cover}")
        assert words.has(f"drill.covers.{cover}")
    text = card_text(card_of(long_room("do it"), DAY, ACTIONS), words)
    assert not [line for line in text.splitlines() if "card." in line or "now." in line or "drill.covers" in line]


@each_language
@pytest.mark.parametrize(
    "room", [ROOM, Profile(), long_room("把电源插头拔下来再插上" * 20), long_room("pull it " * 40)]
)
@pytest.mark.parametrize("width", [79, 50])
def test_the_text_keeps_its_width(words, room, width):
    lines = card_text(card_of(room, DAY, ACTIONS), words, width).splitlines()
    assert max(map(cell_len, lines)) <= width


@each_language
@pytest.mark.parametrize(
    "room", [ROOM, Profile(), long_room("把电源插头拔下来再插上" * 20), long_room("pull it " * 40)]
)
def test_the_page_is_whole_loads_nothing_and_is_one(words, room):
    page = Page(card_html(card_of(room, DAY, ACTIONS), words))
    assert page.loads == []
    kept, size = fitted(card_of(room, DAY, ACTIONS), words)
    assert 8.0 <= size <= 11.0
    assert len(kept.people) <= MOST_PEOPLE
    assert all(1 <= len(sheet.steps) <= MOST_STEPS for sheet in kept.sheets)


@each_language
def test_what_a_machine_does_is_told_in_words(words):
    slow = {"mode": "throttle", "kbps": 800, "listen": "127.0.0.1:1935"}
    steps = (Step("relay", slow), Step("line_limit", {"line": "main", "kbps": 900}), Step("relay", "explode"))
    text = card_text(card_of(Profile(drills=(Drill("slow", "network", switch=steps),)), DAY, ACTIONS), words, 200)
    told = words.text("drill.relay.throttle", {"kbps": 800, "ms": None, "listen": "127.0.0.1:1935"})
    assert told[:40] in text
    assert "kbps" not in text
    assert words.text("drill.line-limit.changes", {"line": "main", "kbps": 900})[:40] in text
    assert "relay: explode" in text


def test_what_has_no_room_is_told_and_where_to_find_it():
    card = card_of(long_room("pull it " * 40), DAY, ACTIONS)
    kept, _ = fitted(card, EN)
    gone = kept.sheets[0].left_out
    assert gone == 9 - len(kept.sheets[0].steps) > 3
    assert f"more steps ({gone}): rigcheck drill plan power-lost" in Page(card_html(card, EN)).text


def test_a_short_card_is_set_large():
    assert fitted(card_of(Profile(), DAY, ACTIONS), EN)[1] == 11.0


def test_what_a_profile_says_cannot_become_html():
    room = Profile(
        room="<script>alert(1)</script>",
        people={"a&b": '<img src="x">'},
        drills=(Drill("<b>", "pc", switch=(Step("ask", "<i>now</i>", who="a&b"),)),),
    )
    html = card_html(card_of(room, DAY, ACTIONS), EN)
    assert not re.search(r"<(script|img|i)\b", html)
    assert "<script>alert(1)</script>" in Page(html).text
