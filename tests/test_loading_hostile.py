"""Bombs, floods and secrets: refused quickly, and never repeated."""

import time

import pytest
import yaml
from profile_text import issues, writer

from rigcheck.loading import ProfileError, document, load_profile


@pytest.fixture
def write(tmp_path):
    return writer(tmp_path)


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
def test_an_alias_bomb_is_refused_quickly(write, monkeypatch, loader: str) -> None:
    monkeypatch.setattr(document, "_LOADER", getattr(yaml, loader))
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    path = write("\n".join(["a0: &a0 [x, x, x, x, x, x, x, x, x]", *levels]))
    began = time.process_time()
    assert "one value too many" in issues(path)[0]
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    "text",
    ["[" * 999_999, "? " * 499_999, "- " * 499_999, "a:\n" * 300_000, "- a\n" * 240_000, '"' + "\\x41" * 240_000 + '"', "{a" * 400_000],
    ids=lambda text: text[:4],
)  # fmt: skip
def test_a_large_hostile_file_is_refused_quickly(write, text: str) -> None:
    path = write(text)
    began = time.process_time()
    assert issues(path)
    assert time.process_time() - began < 2


def test_issues_beyond_counting_are_not_all_worded(write) -> None:
    path = write("".join(f"key{n}: 1\n" for n in range(4_000)))
    began = time.process_time()
    assert len(issues(path)) == 200
    assert time.process_time() - began < 3


SECRETS = [
    "push: {url: rtmp://a/b, key: hUntEr}",
    "push: {url: rtmp://a/b, key: 5555555}",
    "push: {url: rtmp://a/b, key: [hUntEr]}",
    "push: {url: rtmp://a/b, key: {hUntEr: hUntEr}}",
    "push: {url: rtmp://a/b, key: 'env:hUntEr 5555555'}",
    "push: {url: rtmp://a/b, key: hUntEr, key: hUntEr2}",
    "push: {url: rtmp://a/b, kye: hUntEr}",
    "push: {url: rtmp://a/b, key:hUntEr}",
    "push: {url: rtmp://a/b, hUntEr: 1}",
    "push: {url: rtmp://a/b, hUntEr: 1, hUntEr: 2}",
    "push: hUntEr",
    "push: key hUntEr",
    "push: {url: hUntEr}",
    "push: {test: {url: rtmp://a/b, key: hUntEr}}",
    "push: {test: {url: rtmp://a/b, key:hUntEr}}",
    "push: {url: rtmp://a/b, key: !hUntEr x}",
    "push: {url: rtmp://a/b, key: !!hUntEr x}",
    "push: {url: rtmp://a/b, key: *hUntEr}",
    "push:\n  key:hUntEr\n  url: rtmp://a/b",
    "push:\n  key: hUntEr: x",
    "push:\n  key: 'hUntEr",
    "push:\n  key: %hUntEr",
    "push:\n  key: @hUntEr",
    "obs: {password: hUntEr}",
    "obs: {main: {password: 5555555}, spare: {password: hUntEr}}",
    "obs: {pasword: hUntEr}",
    "obs: {scene: 3, password: env:A, inputs: hUntEr}",
    "room: 3\npush: {url: rtmp://a/b, key: hUntEr}",
    "limits: {mic.snr_db: {ok: [hUntEr, 3]}}",
    "hUntEr",
]


@pytest.mark.parametrize("text", SECRETS)
@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
def test_a_literal_secret_is_refused_and_never_repeated(write, monkeypatch, text: str, loader: str) -> None:
    monkeypatch.setattr(document, "_LOADER", getattr(yaml, loader))
    with pytest.raises(ProfileError) as caught:
        load_profile(write(text))
    error: BaseException | None = caught.value
    told = ""
    while error is not None:
        told += f"{error!r} {error} {getattr(error, 'message', '')} {getattr(error, 'issues', '')}"
        error = error.__cause__ or error.__context__
    assert "hunter" not in told.lower()
    assert "5555555" not in told


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("obs: {url: 'ws://me:hUntEr@127.0.0.1:4455'}", "password: env:NAME"),
        ("obs: {url: 'ws://me:env:HUNTER@127.0.0.1:4455'}", "password: env:NAME"),
        ("push: {url: 'rtmp://me:hUntEr@a/b'}", "key: env:NAME"),
        ("push: {url: rtmp://a/b, backup: {url: 'srt://:hUntEr@a:1'}}", "key: env:NAME"),
        ("push: {test: {url: 'rtmps://me:hUnt:Er@a/b'}}", "key: env:NAME"),
        ("push: {test: {url: rtmp://a/b, stat: 'http://me:hUntEr@a/stat'}}", "an address that needs none"),
        ("network: {http: {url: 'http://me:hUntEr@a:8080'}}", "token: env:NAME"),
        ("backends: [{name: a, url: 'https://me:hUntEr@a/'}]", "USER:env:NAME@HOST"),
        ("far_end: {url: 'RTMP://me:hUntEr@a/b'}".replace("RTMP", "rtmp"), "USER:env:NAME@HOST"),
        ("camera: {main: {device: 'rtsp://me:hUntEr@a/b'}}", "USER:env:NAME@HOST"),
        ("camera: {main: {device: 'RTSP://me:env:hUntEr@x@a/b'}}", "USER:env:NAME@HOST"),
    ],
)
def test_a_password_in_an_address_is_refused_with_the_way_to_write_it(write, text: str, way: str) -> None:
    with pytest.raises(ProfileError) as caught:
        load_profile(write(text))
    (issue,) = caught.value.issues
    assert issue.what == f"has a password in it, which is a secret: write {way}, never the secret itself"
    assert caught.value.exit_code == 78


@pytest.mark.parametrize(
    ("text", "name", "way"),
    [
        ("far_end: {url: 'http://a/b.flv?x=1&auth_key=hUntEr'}", "auth_key", "auth_key=env:NAME"),
        ("far_end: {url: 'srt://a:1?streamid=b&passphrase=hUntEr'}", "passphrase", "passphrase=env:NAME"),
        ("backends: [{name: a, url: 'https://a/?Access-Token=hUntEr#x'}]", "Access-Token", "Access-Token=env:NAME"),
        ("camera: {main: {device: 'rtsp://a/user=me&password=hUntEr&channel=1'}}", "password", "password=env:NAME"),
        ("camera: {main: {device: 'http://a/?pwd=env:hUnt-Er'}}", "pwd", "pwd=env:NAME"),
        ("push: {url: 'rtmp://a/b?txSecret=hUntEr'}", "txSecret", "key: env:NAME"),
        ("push: {url: 'rtmp://a/b?sign=env:HUNTER'}", "sign", "key: env:NAME"),
        ("network: {http: {url: 'http://a:8080/?token=hUntEr'}}", "token", "token: env:NAME"),
    ],
)
def test_a_secret_in_an_addresses_query_is_refused_with_the_way_to_write_it(write, text: str, name: str, way: str):
    with pytest.raises(ProfileError) as caught:
        load_profile(write(text))
    (issue,) = caught.value.issues
    assert issue.what == f"has {name} in it, which is a secret: write {way}, never the secret itself"
    assert "hunt" not in f"{caught.value!r} {caught.value}".lower()


@pytest.mark.parametrize(
    "device",
    [
        *("rtsp://me:env:CAM_PW@a/b", "rtsp://me@a/b", "http://[::1]:80/a@b", "a:b@c", "rtsp://a:554/x:y@z"),
        *("http://a/?token=env:CAM_TOKEN&x=1", "rtsp://a/user=me&password=&channel=1", "http://a/?keys=2", "?key=3"),
    ],
)
def test_an_address_without_a_secret_is_taken_as_it_is(write, device: str) -> None:
    assert load_profile(write(f"camera: {{main: {{device: '{device}'}}}}")).camera["main"].device == device


def test_a_secret_reference_does_not_show_what_it_names(write) -> None:
    profile = load_profile(write("push: {url: rtmp://a/b, key: env:HIDDEN}"))
    assert "HIDDEN" not in repr(profile)
    assert profile.push.key.ref == "env:HIDDEN"
