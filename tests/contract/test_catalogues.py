"""All languages say everything that the code can ask for, with the same blanks, in characters a GBK console has."""

import ast
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from rich.cells import cell_len

import rigcheck
from rigcheck.backend_state import BackendState
from rigcheck.backup_state import StandbyFile
from rigcheck.checks import ALL_CHECKS, PARTS
from rigcheck.i18n import LOCALE, _flat, languages, load_catalogue
from rigcheck.ingest_state import Certificate, PushTrace, Refusal, Unreached
from rigcheck.loading import load_limits, read_package_yaml
from rigcheck.measure.outage import CAUSES, Cause
from rigcheck.measure.pulldown import WORDS
from rigcheck.metrics import METRICS
from rigcheck.model import Impact, Limit, Need, OneOf, Reason, Role, Stage, Status
from rigcheck.present.entry import TITLE
from rigcheck.present.fit import GAP, wrap
from rigcheck.present.page import LABEL
from rigcheck.sources.obs_log import RULES

LANGUAGES = {language: load_catalogue(language) for language in languages()}
ENGLISH = LANGUAGES["en"]


def _words(hint):
    """The words of a Literal, or of a union of them."""
    return [word for part in get_args(hint) for word in (_words(part) if get_args(part) else [part])]


STORY = ("title", "do", "else")
FINDING_BLANKS = {"name", "role", "value", "unit", "limit", "about"}
ROOM_SIDES = {
    "mic.packs": {"low"},
    "camera.mode": {"low", "high"},
    "camera.noise": {"high"},
    "mic.level": {"low", "high"},
    "mic.noise": {"high"},
    "host.disk": {"low"},
    "host.sleep": {"low"},
    "network.upload": {"low"},
    "network.sustained": {"low"},
    "ingest.key": {"bad"},
    "ingest.match": {"high"},
    "ingest.sustained": {"low"},
    "obs.virtualcam": {"bad"},
    "obs.scene": {"bad"},
    "obs.key": {"bad"},
    "obs.target": {"bad"},
    "obs.delay": {"high"},
    "obs.disk": {"low"},
    "backend.latency": {"high"},
    "drill.done": {"bad"},
    "drill.detect": {"high"},
    "drill.switch": {"high"},
    "drill.outage": {"high"},
    "drill.restore": {"high"},
    "drill.undone": {"bad"},
    "backup.runtime": {"low"},
    "backup.drilled": {"high"},
}
"""Sides on which the limits that depend on the room can be missed."""
WORD_METRICS = {
    "mic.muted": ("channel-1", "channel-2"),
    "mic.bandwidth_hz": ("hands-free",),
    "mic.taps": (
        *("channel-1", "channel-2", "same", "one-channel"),
        *("safety-silent", "safety-other", "safety-equal", "safety-faint"),
    ),
    "camera.focus_ratio": ("anchor", "picture"),
    "camera.shift_pct": ("anchor", "picture"),
    "camera.haze_pct": ("anchor", "picture"),
    "camera.cadence": WORDS,
    "camera.levels": ("full", "limited", "crushed", "washed"),
    "camera.match_de00": ("grey", "chart"),
    "light.cast_pct": ("grey", "anchor", "picture", "yellow", "blue", "pink", "green"),
    "power.condition": ("normal", "caution", "bad"),
    "obs.canvas_ok": ("orientation", "odd", "enlarged", "stretched", "rate", "space", "range"),
    "backend.ok": ("status", *get_args(get_type_hints(BackendState)["outcome"])[1:]),
    "ingest.accepted": tuple({*get_args(Refusal), *get_args(Unreached)}),
    "ingest.trial_held": tuple(set(_words(get_type_hints(PushTrace)["outcome"])) - {"held"}),
    "ingest.certificate": tuple({*get_args(Certificate)} - {"fault"}),
    "ingest.differs": ("scheme", "key", "same"),
    "backup.ready": (
        *("not-in-profile", "same", "not-in-obs", "black", "frozen", "no-signal", "silent", "down", "portal"),
        *("on-battery", "battery-low", "replace"),
    ),
    "backup.differs": ("shape", "size", "rate", "sound-rate"),
    "backup.content": ("ok", *get_args(get_type_hints(StandbyFile)["outcome"])[1:]),
    "backup.drill": (*(status.value for status in Status if status is not Status.SKIP), "never", "unproven"),
    "far_end.lost_s": CAUSES[:3],
    "drill.outage_s": get_args(Cause),
    "obs.target_is_test": ("loopback", "private", "test", "none", "platform"),
}
COMPARED = (
    *("profile", "scenes", "version", "key", "base", "output", "fps", "encoder", "video_kbps", "audio_kbps"),
    *("keyint_s", "audio_rate_hz", "channels", "color_space", "color_range"),
    *("rate_control", "preset", "h264_profile", "bframes"),
)
"""What a spare OBS is compared in: ObsState."""
BLANK = re.compile(r"\{(\w+)\}")
OPTIONAL = re.compile(r"\[[^\[\]]*\{[^\[\]]*\]")

each_language = pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)


def lines(text):
    return (text,) if isinstance(text, str) else text


def words_of(metric_id):
    """The words that a metric's values, and what they are about, can be."""
    return {"obs.log_warnings": tuple(RULES), "obs.spare_differs": COMPARED, "obs.settings_differ": COMPARED[5:]}.get(
        metric_id, WORD_METRICS.get(metric_id, ())
    )


def blanks(text):
    return {name for line in lines(text) for name in BLANK.findall(line)}


def sides(limit: Limit):
    if isinstance(limit.ok, OneOf):
        return {"bad"}
    return {side for side, bound in (("low", limit.ok.low), ("high", limit.ok.high)) if bound is not None}


def wanted_sides(check):
    limits = load_limits()
    return set().union(*(sides(limits[m.id]) for m in check.metrics if m.id in limits), ROOM_SIDES.get(check.id, ()))


@each_language
def test_no_id_stands_in_two_files(words):
    files = sorted((LOCALE / words.language).glob("*.yaml"))
    ids = [key for path in files for key, _ in _flat("", read_package_yaml(path))]
    assert len(ids) == len(words.texts), {key for key in ids if ids.count(key) > 1}


@each_language
def test_all_languages_have_the_same_ids(words):
    said, wanted = words.texts.keys(), ENGLISH.texts.keys()
    assert {"missing": sorted(wanted - said), "too many": sorted(said - wanted)} == {"missing": [], "too many": []}


def test_all_languages_have_the_same_blanks():
    for words in LANGUAGES.values():
        for key, text in ENGLISH.texts.items():
            assert blanks(words.texts[key]) == blanks(text), key


@pytest.mark.parametrize("check", ALL_CHECKS, ids=lambda check: check.id)
def test_every_side_a_check_can_be_wrong_on_has_its_story(check):
    assert ENGLISH.has(f"{check.id}.name")
    missing = [f"{check.id}.{side}" for side in wanted_sides(check) if not ENGLISH.has(f"{check.id}.{side}.title")]
    assert not missing


@pytest.mark.parametrize("check", [c for c in ALL_CHECKS if c.limit_of], ids=lambda check: check.id)
def test_the_room_sides_above_are_kept_up(check):
    assert check.id in ROOM_SIDES


def test_stories_are_whole_and_belong_to_checks():
    checks = {check.id for check in ALL_CHECKS}
    told = {
        key.rpartition(".")[0]
        for key in ENGLISH.texts
        if key.endswith(STORY) and not key.startswith(("reason.", "any."))
    }
    told = {story for story in told if story.endswith((".low", ".high", ".bad"))}
    for story in told | {"any.low", "any.high", "any.bad"}:
        assert story.rpartition(".")[0] in {*checks, "any"}
        assert all(ENGLISH.has(f"{story}.{part}") for part in STORY), story


def test_steps_are_one_to_three_lines():
    for words in LANGUAGES.values():
        for key, text in words.texts.items():
            if key.endswith(".do") and not key.startswith(("table.", "explain.")):
                assert isinstance(text, tuple), key
                assert 1 <= len(text) <= 3, key


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_every_metric_is_explained(metric):
    flag = ("is", "not") if metric.unit == "flag" else ()
    wanted = ["name", "means", "how", *flag, *words_of(metric.id)]
    assert all(ENGLISH.has(f"metric.{metric.id}.{part}") for part in wanted)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words_and_blind_ones_something_to_do(reason):
    assert ENGLISH.has(f"reason.{reason}")
    assert ENGLISH.has(f"reason.{reason}.do") == reason.is_blind


def test_every_word_of_the_model_is_there():
    kinds = {"status": Status, "stage": Stage, "impact": Impact, "who": Role, "need": Need, "part": PARTS}
    assert all(ENGLISH.has(f"{kind}.{word}") for kind, words in kinds.items() for word in words)
    for kind in ("live", "room", "on_air", "part"):
        assert all(ENGLISH.has(f"headline.{kind}.{status}") for status in ("ok", "warn", "fail", "unknown"))
    assert ENGLISH.has("headline.stop")
    assert ENGLISH.has("headline.on_air.stop")


@each_language
def test_no_text_is_empty_or_padded(words):
    for key, text in words.texts.items():
        if not key.startswith(("join.", "unit.", "want.or", "count.aside")):
            assert all(line == line.strip() and line for line in lines(text)), key


@each_language
def test_a_gbk_console_can_show_every_character_in_its_right_width(words):
    for key, text in words.texts.items():
        for line in lines(text):
            line.encode("gbk")
            assert not [char for char in line if unicodedata.east_asian_width(char) == "A"], key


def test_the_languages_are_not_mixed_up():
    han = re.compile("[\u4e00-\u9fff]")
    assert not [key for key, text in ENGLISH.texts.items() if any(not line.isascii() for line in lines(text))]
    spoken = [key for key in ENGLISH.texts if key.endswith((".title", ".else", ".means", ".how")) or ".do" in key]
    for language in LANGUAGES.keys() - {"en"}:
        assert not [
            key for key in spoken if not any(han.search(line) for line in lines(LANGUAGES[language].texts[key]))
        ]


def calls(name: str) -> Iterator[tuple[Path, ast.Call]]:
    """Every call of `name(...)` or `anything.name(...)` in the package."""
    for path in sorted(Path(rigcheck.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and name in (getattr(node.func, "id", ""), getattr(node.func, "attr", "")):
                yield path, node


def literal_keys(nodes) -> set[str]:
    """The keys written out in the dict literal among a call's further arguments."""
    return {
        key.value
        for node in nodes
        for part in ast.walk(node)
        if isinstance(part, ast.Dict)
        for key in part.keys
        if isinstance(key, ast.Constant)
    }


def is_open(nodes) -> bool:
    """Whether params come from elsewhere too."""
    return any((isinstance(node, ast.Dict) and None in node.keys) or not isinstance(node, ast.Dict) for node in nodes)


def said_in_code():
    """(place, id, names of its params, or None where they come from elsewhere) of every Message written out."""
    for path, call in calls("Message"):
        if call.args and isinstance(call.args[0], ast.Constant):
            given = None if is_open(call.args[1:]) else tuple(sorted(literal_keys(call.args[1:])))
            yield f"{path.name}:{call.lineno}", call.args[0].value, given


@pytest.mark.parametrize(("place", "message_id", "given"), list(said_in_code()), ids=lambda value: str(value)[:60])
def test_every_message_in_the_code_has_a_text_whose_blanks_it_fills(place, message_id, given):
    assert ENGLISH.has(message_id), f"{place} says {message_id}"
    needed = {name for line in lines(ENGLISH.texts[message_id]) for name in BLANK.findall(OPTIONAL.sub("", line))}
    assert given is None or needed <= set(given), f"{place} does not fill the blanks of {message_id}"


def test_every_text_asked_for_by_name_is_there():
    asked = {
        call.args[0].value: f"{path.name}:{call.lineno}"
        for method in ("text", "lines")
        for path, call in calls(method)
        if call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
    }
    assert not {f"{place} asks for {key}" for key, place in asked.items() if not ENGLISH.has(key)}


@each_language
@pytest.mark.parametrize("check", ALL_CHECKS, ids=lambda check: check.id)
def test_a_fault_is_told_in_few_lines(check, words):
    """Name beside its figures, at most two lines to do, what viewers notice and who does it in one."""
    room = 79 - LABEL
    samples = {"limit": "-18..-13", "words": ("ALARM", "TRIM"), "alarm": "Replace battery!"}
    samples |= {"about": "Lav 1, Music", "wanted": "Live", "found": "Standby"}
    samples |= {"preset": "superfast", "size": "1080x1920"}
    who = words.text("table.who", {"who": words.text(f"who.{check.who}"), "minutes": check.minutes})
    for story in (f"{check.id}.{side}" for side in ("low", "high", "bad") if words.has(f"{check.id}.{side}.title")):
        assert cell_len(words.text(f"{story}.title")) <= TITLE - len(GAP), story
        assert len(wrap(words.text(f"{story}.do", samples), room)) <= 2, story
        assert cell_len(words.text(f"{story}.else") + GAP + who) <= room, story


def test_no_blank_of_a_finding_goes_unfilled():
    supplied = {"words", "alarm", "wanted", "found"}  # power.condition, obs.scene and the like
    supplied |= {"preset", "size"}  # encoder.speed
    for key, text in ENGLISH.texts.items():
        if key.rpartition(".")[2] in STORY and key.split(".")[0] in (*PARTS, "any"):
            assert blanks(text) <= FINDING_BLANKS | supplied, key


def test_no_blank_of_a_reason_is_one_that_nothing_supplies():
    supplied = set().union(*(literal_keys(call.args[1:]) for _, call in calls("NotSeen")))
    supplied |= {"was", "now"}  # told by a measure, of another baseline
    supplied |= {"programs"}  # and of what can push and cannot be asked
    for key, text in ENGLISH.texts.items():
        if key.startswith("reason."):
            assert not any(BLANK.search(OPTIONAL.sub("", line)) for line in lines(text)), f"{key}: reasons may lack any"
            assert blanks(text) <= supplied, key


def test_the_help_of_lang_names_every_language():
    helps = [
        {word.arg: word.value.value for word in call.keywords if isinstance(word.value, ast.Constant)}
        for _, call in calls("Option")
    ]
    said = [words["help"] for words in helps if words.get("metavar") == "LANG"]
    assert said
    assert all(re.findall(r"[\w-]+", text.replace(" or ", " ")) == list(LANGUAGES) for text in said), said


def test_no_error_is_told_that_cannot_happen():
    said = {message_id for _, message_id, _ in said_in_code()}
    heads = tuple(
        call.args[0].values[0].value
        for _, call in calls("Message")
        if isinstance(call.args[0], ast.JoinedStr) and isinstance(call.args[0].values[0], ast.Constant)
    )
    tails = {call.args[0].value for _, call in calls("bad_recording") if isinstance(call.args[0], ast.Constant)}
    composed = {head + tail for head in heads for tail in tails}
    assert not [key for key in ENGLISH.texts if key.startswith("error.") and key not in said | composed]
