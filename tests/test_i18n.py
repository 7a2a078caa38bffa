import pytest

from rigcheck.errors import UsageError
from rigcheck.i18n import Catalogue, choose_language, languages, load_catalogue

WORDS = Catalogue(
    "xx",
    {
        "plain": "no blanks",
        "full": "{value} of {device}",
        "optional": "held[ by {holder}][, {n} times]",
        "steps": ("First {a}.", "Then {b}."),
        "join.sentences": " ",
        "join.list": ", ",
        "literal": "box [x, y, w, h]",
    },
)


def test_fills_named_blanks():
    assert WORDS.text("full", {"value": -31.04, "device": "Lav 1"}) == "-31.04 of Lav 1"


def test_a_missing_blank_is_a_question_mark_never_an_error():
    assert WORDS.text("full", {"value": 3}) == "3 of ?"


def test_optional_pieces_go_where_they_cannot_be_filled():
    assert WORDS.text("optional") == "held"
    assert WORDS.text("optional", {"holder": "OBS", "n": None}) == "held by OBS"
    assert WORDS.text("optional", {"holder": "", "n": 2}) == "held, 2 times"
    assert WORDS.text("literal") == "box [x, y, w, h]"


@pytest.mark.parametrize("text", ["{a.b}", "{a[0]}", "{a!r}", "{a:>9}", "{0}", "{}", "{", "}", "%s", "{{a}}"])
def test_only_simple_names_are_blanks(text):
    words = Catalogue("xx", {"it": text})
    assert words.text("it", {"a": object}) in (text, "{" + str(object) + "}")


def test_lists_steps_and_unknown_ids():
    assert WORDS.text("full", {"value": ("a", "b"), "device": True}) == "a, b of True"
    assert WORDS.lines("steps", {"a": 1, "b": 2}) == ["First 1.", "Then 2."]
    assert WORDS.text("steps", {"a": 1, "b": 2}) == "First 1. Then 2."
    assert WORDS.text("no.such.id") == "no.such.id"
    assert WORDS.has("plain")
    assert not WORDS.has("no.such.id")


def test_values_cannot_bring_blanks_of_their_own():
    assert WORDS.text("full", {"value": "{device}", "device": "[{value}]"}) == "{device} of [{value}]"


@pytest.mark.parametrize("language", languages())
def test_every_language_loads(language):
    assert load_catalogue(language).has("headline.stop")


@pytest.mark.parametrize(
    ("env", "windows_ui", "chosen"),
    [
        ({}, None, "en"),
        ({"LANG": "zh_CN.UTF-8"}, None, "zh-Hans"),
        ({"LANG": "zh_CN.GBK"}, None, "zh-Hans"),
        ({"LANG": "en_US.UTF-8"}, "zh-CN", "en"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, None, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_CN", "LANG": "en_US"}, None, "zh-Hans"),
        ({"RIGCHECK_LANG": "zh-Hans", "LC_ALL": "en_US.UTF-8"}, None, "zh-Hans"),
        ({"RIGCHECK_LANG": "en", "LANG": "zh_CN"}, "zh-CN", "en"),
        ({"LANG": "fr_FR.UTF-8"}, None, "en"),
        ({"LANG": "sr_RS@latin"}, None, "en"),
        ({}, "zh-CN", "zh-Hans"),
        ({"LANG": "zh_TW.UTF-8"}, None, "zh-Hant"),
        ({"LC_ALL": "zh_HK.big5hkscs", "LANG": "zh_CN"}, None, "zh-Hant"),
        ({"RIGCHECK_LANG": "zh_MO", "LANG": "zh_CN"}, "zh_CN", "zh-Hant"),
        ({"LANG": "zh-Hans_HK.UTF-8"}, "zh_TW", "zh-Hans"),
        ({"LC_MESSAGES": "zh-Hant_CN", "LANG": "zh_CN"}, None, "zh-Hant"),
        ({}, "zh_TW", "zh-Hant"),
        ({"LANG": "zh"}, "zh_TW", "zh-Hans"),
        ({}, "de-DE", "en"),
    ],
)
def test_the_environment_chooses(env, windows_ui, chosen):
    assert choose_language(None, env, windows_ui) == chosen


@pytest.mark.parametrize("flag", ["zh", "zh-CN", "zh_CN", "zh-Hans", "ZH-HANS", "zh_SG", "zh-Hans-CN", "zh-Hans-TW"])
def test_many_names_of_simplified_chinese(flag):
    assert choose_language(flag, {"LANG": "en_US"}) == "zh-Hans"


@pytest.mark.parametrize(
    "flag", ["zh_TW", "zh-HK", "zh-MO", "zh-Hant", "ZH-HANT", "zh_hant", "zh-Hant-TW", "zh-Hant-CN"]
)
def test_many_names_of_traditional_chinese(flag):
    assert choose_language(flag, {"LANG": "zh_CN"}) == "zh-Hant"


@pytest.mark.parametrize("flag", ["fr", "klingon", "", "e"])
def test_an_unknown_flag_is_a_usage_error(flag):
    with pytest.raises(UsageError) as raised:
        choose_language(flag, {"LANG": "zh_CN"})
    assert raised.value.message.id == "error.usage.unknown-language"
    assert raised.value.message.params["known"] == languages()


def test_a_new_language_is_only_a_folder(tmp_path, monkeypatch):
    for language in ("en", "zh-Hans", "zh-Hant"):
        (tmp_path / language).mkdir()
        (tmp_path / language / "common.yaml").write_text("a: {text: own, b: below}", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr("rigcheck.i18n.LOCALE", tmp_path)
    assert languages() == ("en", "zh-Hans", "zh-Hant")
    assert choose_language("zh_TW", {}) == "zh-Hant"
    assert choose_language("zh_CN", {}) == "zh-Hans"
    assert load_catalogue("zh-Hant").texts == {"a": "own", "a.b": "below"}
