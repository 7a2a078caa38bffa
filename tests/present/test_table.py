# ruff: noqa: RUF001 - Chinese sentences have Chinese punctuation
import re
from dataclasses import replace

import pytest
from reports import BACKLIT, NOTHING, NOW, ROOM_LIMIT, ROOMS, Room, report_of, sample
from rich.cells import cell_len

from rigcheck.i18n import languages, load_catalogue
from rigcheck.model import Message, Reason, Stage, Status
from rigcheck.present import Look
from rigcheck.present.fault import numbered_faults
from rigcheck.present.fit import cut, first_that_fit, pack, wrap
from rigcheck.present.table import table

EN, ZH = load_catalogue("en"), load_catalogue("zh-Hans")
each_room = pytest.mark.parametrize("room", ROOMS)
each_language = pytest.mark.parametrize("words", [load_catalogue(name) for name in languages()], ids=languages())


def shown(report, words=EN, **look):
    return table(report, words, Look(**look))


@each_room
@each_language
@pytest.mark.parametrize("look", [{}, {"verbose": True}, {"quiet": True}, {"width": 60}, {"width": 40}], ids=str)
def test_nothing_is_wider_than_the_screen(room, words, look):
    lines = shown(sample(room), words, **look).split("\n")
    assert max(map(cell_len, lines)) <= look.get("width", 79)
    assert all(line == line.rstrip() for line in lines)


@each_room
@each_language
@pytest.mark.parametrize("verbose", [False, True])
def test_a_gbk_console_shows_all_of_it(room, words, verbose):
    text = shown(sample(room), words, verbose=verbose)
    assert text.encode("gbk").decode("gbk") == text


@each_room
@each_language
def test_it_fits_on_a_screen(room, words):
    assert shown(sample(room), words).count("\n") + 1 <= 30


@each_room
@each_language
def test_no_blank_is_left_open(room, words):
    text = shown(sample(room), words, verbose=True)
    assert not re.search(r"[{}]|\?\)|\b(headline|table|count|reason|metric|want|gap|unit)\.\w", text)


def test_one_fault_reads_as_it_should():
    lines = shown(sample("one-fault")).split("\n")
    assert lines[0] == "DO NOT GO LIVE   beauty-3   taobao portrait   on air 20:00, 12 min left"
    assert lines[1] == "signal: 1 FAIL (about 1 min to fix)    backup: none"
    assert lines[2] == "-" * 79
    assert lines[3] == "FAIL 1    Mic too quiet           -31.0 LUFS   want -18..-13 (room)   13 dB low"
    assert lines[4].startswith("  do      Is the transmitter muted")
    assert lines[6] == "  else    viewers can hardly hear the host                    tech, about 1 min"
    assert lines[-2] == "again: rigcheck mic beauty-3   why: rigcheck explain mic.level"
    assert lines[-1].endswith("took 6.1 s   exit 2")


def test_one_fault_reads_as_it_should_in_chinese():
    lines = shown(sample("one-fault"), ZH).split("\n")
    assert lines[0] == "不能开播   beauty-3   淘宝 竖屏   20:00 开播，还有 12 分钟"
    assert lines[3] == "故障 1    话筒太小声              -31.0 LUFS   应为 -18..-13（本间）   低 13 dB"
    assert cell_len(lines[6]) == 79
    assert lines[6].endswith("技术，约 1 分钟")


@pytest.mark.parametrize(
    ("report", "headline"),
    [
        (sample("good"), "GO LIVE "),
        (sample("waived"), "GO LIVE, WITH CARE "),
        (sample("backlit"), "DO NOT GO LIVE "),
        (report_of(Room(values={"light.backlight_ratio": 6.1})), "GO LIVE ONLY WITH THESE FAULTS "),
        (sample("nothing"), "NOT KNOWN IF YOU CAN GO LIVE "),
        (report_of(Room(values={"light.backlight_ratio": 6.1, "mic.muted": Reason.TIMEOUT})), "NOT KNOWN IF YOU"),
        (report_of(Room(values={"camera.first_frame_ms": Reason.TIMEOUT})), "NOT KNOWN IF YOU CAN GO LIVE "),
        (sample("empty-room"), "ROOM READY "),
        (report_of(replace(BACKLIT, stage=Stage.ROOM)), "DO NOT GO LIVE "),
        (sample("on-air"), "ON AIR, WITH CARE "),
        (report_of(replace(BACKLIT, report={"on_air": True})), "ON AIR, VIEWERS NOTICE A FAULT "),
        (replace(sample("good"), command="mic"), "OK: mic "),
        (replace(sample("waived"), command="mic"), "WITH CARE: mic "),
        (replace(sample("backlit"), command="light"), "DO NOT GO LIVE "),
    ],
)
def test_headlines(report, headline):
    assert shown(report).startswith(headline)


def test_a_waived_stop_fault_does_not_stop_the_show():
    report = sample("waived")
    lines = shown(report).split("\n")
    assert "1 waived" in lines[1]
    waived = next(index for index, line in enumerate(lines) if line.startswith("waived"))
    assert "0.41" in lines[waived]
    assert lines[waived + 1].strip() == "waived until 2026-12-31: lamp on order"
    assert [fault.first.check for fault in numbered_faults(report.findings)] == ["mic.snr"]


def test_an_estimate_is_said_to_be_one():
    assert "12.0 dB (estimate)" in shown(sample("waived"))


def test_a_device_that_is_not_seen_is_one_fault_for_all_its_checks():
    report = sample("nothing")
    faults = numbered_faults(report.findings)
    assert [len(fault.findings) for fault in faults] == [17, 28, 20, 11, 2, 12]
    text = shown(report)
    assert "UNKNOWN 2 camera, light" in text
    assert "89 not measured" in text
    assert "There are: HDA Intel" in text


def test_the_reserve_has_its_own_verdict():
    assert "backup: usable, 1 FAIL" in shown(sample("backup"))
    dead = report_of(Room(spares={("mic", "backup"): {"mic.muted": True, "mic.loudness_lufs": -15.0}}))
    assert "backup: not usable, 1 FAIL" in shown(dead)
    assert dead.status is Status.WARN
    blind = report_of(Room(spares={("mic", "backup"): dict.fromkeys(["mic.muted"], Reason.MISSING)}))
    assert "backup: not seen" in shown(blind)
    assert "(backup)" in shown(dead)


def test_only_other_devices_are_named():
    text = shown(sample("backup"))
    assert "Light flickers (side)" in text
    assert "(main)" not in text


def test_many_faults_are_told_in_brief():
    lines = shown(sample("backlit")).split("\n")
    assert sum(line.startswith("  do") for line in lines) == 3
    assert [line[:6] for line in lines if line.startswith("FAIL")] == [f"FAIL {n}" for n in range(1, 6)]
    assert sum(line.startswith("  do") for line in shown(sample("backlit"), verbose=True).split("\n")) == 5


@pytest.mark.parametrize("word", ["one", "three", "the first that is too long"])
def test_in_brief_a_reason_is_never_left_out(word):
    """A name is padded to its column only where what follows still fits."""
    unseen = replace(sample("nothing").findings[0], status=Status.UNKNOWN)
    message = Message("reason.missing", {"device": " ".join([word] * 8)[:45]})
    told = shown(
        replace(sample("nothing"), findings=(replace(unseen, reason=Reason.MISSING, message=message),)), quiet=True
    )
    assert "not there" in told


def test_quiet_is_the_headline_and_a_line_a_fault():
    assert shown(sample("good"), quiet=True).count("\n") == 0
    assert shown(sample("backlit"), quiet=True).count("\n") == 5


def test_verbose_lists_every_check_and_why_it_was_skipped():
    report = sample("empty-room")
    lines = shown(report, verbose=True).split("\n")
    assert sum(line.startswith(("OK ", "SKIP ")) for line in lines) == len(report.findings)
    assert "SKIP      Mic level                 needs the host" in lines


def test_colour_only_if_asked():
    report = sample("backlit")
    coloured = shown(report, color=True)
    assert "\x1b[1;31mDO NOT GO LIVE\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == shown(report)
    assert "\x1b" not in shown(report)


def test_colour_does_not_depend_on_the_environment(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b[1;31m" in shown(sample("backlit"), color=True)


def test_a_device_cannot_write_on_the_screen():
    params = {key: {"device": "evil\x1b[2J\r\nOK\x00"} for key in NOTHING.params}
    text = shown(report_of(replace(NOTHING, params=params)))
    assert "evil?[2J??OK?" in text
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", text)


def test_long_names_are_wrapped_not_lost():
    report = replace(sample("one-fault"), room="直播间" * 20, platforms=("taobao", "douyin", "kuaishou", "wechat"))
    head = shown(report, ZH).split("--")[0]
    assert head.replace("\n", "").count("直播间") == 20
    assert "视频号" in head


@pytest.mark.parametrize(
    ("minutes", "told"),
    [(12, "on air 20:00, 12 min left"), (-5, "on air 20:00, 5 min ago"), (150, "on air 20:00, 2 h 30 min left")],
)
def test_time_left(minutes, told):
    report = replace(sample("good"), took_s=0.0)
    started = report.show_at.timestamp() - minutes * 60
    assert told in shown(replace(report, started_at=NOW.fromtimestamp(started, NOW.tzinfo)))


def test_a_recording_is_said_to_be_one():
    text = shown(replace(sample("one-fault"), source="replay:bad", show_at=None))
    assert text.split("\n")[0].endswith("replay bad")
    assert "again:" not in text
    assert "a recording: no device was opened" in text


def test_what_was_left_out_for_the_show_on_air():
    assert "47 left out, a show is on air (--allow-on-air)" in shown(sample("on-air"))


def test_what_was_seen_through_obs_is_said():
    report = sample("good")
    vias = {"mic": "obs-record", "camera": "obs-record", "light": "obs-shot"}
    findings = [replace(f, via=vias.get(f.check.partition(".")[0], f.via)) for f in report.findings]
    text = shown(replace(report, findings=tuple(findings)))
    assert "through OBS: mic, camera   through OBS's stills and meters: light" in text
    assert "through OBS" not in shown(report)
    assert "经 OBS 输出看的：话筒、摄像头" in shown(replace(report, findings=tuple(findings)), ZH)


def test_a_room_whose_spare_obs_is_not_in_the_profile_has_no_reserve():
    assert "backup: none" in shown(sample("good"))


def test_faults_of_obs_say_what_they_are_about():
    text = shown(sample("bad-obs"))
    assert "another scene (Standby)" in text
    assert "Muted in OBS            1 (Lav 1)" in text
    assert "5 (Cam 2, Lav 2 +3)" in text
    assert "set elsewhere (to this PC)" in text
    assert "2 (two OBS at once, sample rates differ)" in text
    assert "是别的场景（Standby）" in shown(sample("bad-obs"), ZH)


def test_durations_flags_and_percent_read_naturally():
    text = shown(sample("on-battery"))
    assert "UPS runs on battery     on battery   want on mains (built-in)" in text
    assert "4 min 30 s  want at least 10 min" in text
    assert "The UPS says ALARM, TRIM. Its alarm: Replace battery!" in shown(sample("on-battery"), verbose=True)
    assert "29.4 %   want 45..80" in shown(sample("backlit"))


def test_a_limit_on_a_side_without_a_story_is_told_too():
    limits = {"mic.clipped_ppm": ROOM_LIMIT["mic.loudness_lufs"]}
    limits["mic.clipped_ppm"] = replace(
        limits["mic.clipped_ppm"], ok=type(limits["mic.clipped_ppm"].ok)(1, 5), warn=None
    )
    text = shown(report_of(Room(limits=limits)))
    assert "Mic clipping: below the limit" in text
    assert "correct this limit in the profile" in text


def test_a_small_miss_is_not_said_to_be_zero():
    assert "0.04 dB low" in shown(report_of(Room(values={"mic.loudness_lufs": -18.04})))


def test_wrapping_keeps_words_and_punctuation_together():
    assert wrap("话筒太小声，再加增益。", 10) == ["话筒太小", "声，再加增", "益。"]
    assert wrap("raise the gain", 9) == ["raise the", "gain"]
    assert wrap("到 -18..-13 LUFS", 9) == ["到", "-18..-13", "LUFS"]
    assert wrap("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert wrap("灯（甲）乙", 6) == ["灯", "（甲）", "乙"]
    assert wrap("（甲）乙", 4) == ["（甲", "）乙"]
    assert wrap("", 5) == [""]


def test_packing_and_cutting():
    assert pack(["aaa", "bbb", "ccc"], 8) == ["aaa  bbb", "ccc"]
    assert cut("话筒太小声", 7) == "话筒.."
    assert first_that_fit(["aaa", "bbb", "ccc"], 8, ", ") == "aaa, bbb"


@pytest.mark.parametrize("language", languages())
def test_a_room_without_camera_or_mic_is_never_told_to_go_live(language):
    good = sample("good")
    findings = tuple(
        replace(f, status=Status.SKIP, reason=Reason.NONE_HERE, value=None)
        if f.check.startswith(("camera", "mic"))
        else f
        for f in good.findings
    )
    words = load_catalogue(language)
    told = table(replace(good, findings=findings), words, Look())
    assert told.startswith(words.text("headline.partial.ok"))
    assert words.text("part.mic") in told.splitlines()[1] + told.splitlines()[2]
    assert table(good, words, Look()).startswith(words.text("headline.live.ok"))
    at_night = [replace(f, reason=Reason.NEEDS_LIGHTS) if f.check == "camera.black" else f for f in findings]
    told = table(replace(good, findings=tuple(at_night), stage="room"), words, Look())
    assert told.startswith(words.text("headline.partial.ok"))


def test_without_a_profile_the_hint_names_none():
    text = shown(replace(sample("backlit"), profile=None))
    assert "again: rigcheck mic   " in text
    assert "rigcheck mic?" not in text
