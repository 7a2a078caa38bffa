"""Where an address leads, told from its text alone: this computer, the local network, or the internet."""

from __future__ import annotations

import ipaddress
from typing import Literal
from urllib.parse import urlsplit

Place = Literal["loopback", "private", "public"]
_LOCAL = (".local", ".lan", ".home", ".internal", ".home.arpa")


def host_of(url: str) -> str:
    """The host of a URL in lower case; empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:  # a broken IPv6 address
        return ""


def with_port(url: str, port: int) -> str:
    """The same URL at another port of its host."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return parts._replace(netloc=f"{host}:{port}").geturl()


def place_of(url: str) -> Place:
    """Where a URL leads. A name without a dot or of a local domain is taken for one of the local network."""
    host = host_of(url)
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return _place_of_name(host)
    if address.is_loopback or address.is_unspecified:
        return "loopback"
    return "private" if address.is_private or address.is_link_local else "public"


def _place_of_name(host: str) -> Place:
    if host == "localhost" or host.endswith(".localhost"):
        return "loopback"
    return "private" if "." not in host or host.endswith(_LOCAL) else "public"
