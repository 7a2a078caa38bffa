"""`rigcheck platforms`, as a user runs it."""

import json

import pytest
from command import rigcheck
from rich.cells import cell_len

from rigcheck.i18n import languages, load_catalogue
from rigcheck.loading import load_platforms
from rigcheck.present import Look
from rigcheck.present.platforms import platform_page

KNOWN = load_platforms()
WORDS = {language: load_catalogue(language) for language in languages()}


@pytest.mark.parametrize("language", languages())
def test_the_list_says_whose_figure_it_is(tmp_path, language) -> None:
    done = rigcheck(tmp_path, "platforms", "--lang", language)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert all(cell_len(line) <= 79 for line in lines)
    assert [line.split()[0] for line in lines[1 : 1 + len(KNOWN)]] == list(KNOWN)
    (twitch,) = (line for line in lines if line.startswith("twitch "))
    assert twitch.split()[1:3] == ["6000", "OBS"]
    (taobao,) = (line for line in lines if line.startswith("taobao "))
    assert taobao.split()[2] == {"en": "policy", "zh-Hans": "自定", "zh-Hant": "自訂"}[language]


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize("language", WORDS)
def test_one_platform_with_every_source(name, language) -> None:
    platform = KNOWN[name]
    text = platform_page(platform, WORDS[language], Look())
    assert all(cell_len(line) <= 79 for line in text.splitlines())
    assert "platforms." not in text.replace("platforms.yaml", "")
    said = {"en": "no limit; ours", "zh-Hans": "没有公布上限", "zh-Hant": "沒有公布上限"}[language]
    assert (said in text) == (not platform.publishes_rate)


def test_one_platform_by_its_alias(tmp_path) -> None:
    done = rigcheck(tmp_path, "platforms", "shipinhao", "--lang", "en")
    assert done.returncode == 0
    assert done.stdout.startswith("wechat_channels  WeChat Channels\nWeChat Channels publishes no limit")
    assert "2026-11" in done.stdout


def test_json_has_every_figure_with_its_mark(tmp_path) -> None:
    done = rigcheck(tmp_path, "platforms", "facebook", "--format", "json")
    (facebook,) = json.loads(done.stdout)["platforms"]
    assert facebook["published"] is True
    assert facebook["facts"]["profile"] == {
        "value": "main", "limits": True, "mark": "obs", "date": "2026-08-21", "source": facebook["facts"]["profile"]["source"],
    }  # fmt: skip
    assert [row["kbps"] for row in facebook["rates"] if row["height_px"] == 1080] == [6000, 9000]
    everything = json.loads(rigcheck(tmp_path, "platforms", "--format", "json").stdout)["platforms"]
    assert len(everything) == len(KNOWN)


def test_a_name_nobody_knows_is_wrong_usage_with_the_nearest(tmp_path) -> None:
    done = rigcheck(tmp_path, "platforms", "tabao", "--lang", "en")
    assert (done.returncode, done.stdout) == (64, "")
    assert "do you mean taobao" in done.stderr
    assert rigcheck(tmp_path, "platforms", "--format", "xml").returncode == 64
