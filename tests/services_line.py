"""A loopback daemon that answers what it is told, for sources that talk over a line."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable

import anyio
from anyio.abc import SocketStream

from rigcheck.errors import NotSeen
from rigcheck.samples import PowerRequest, PowerState


def converse(
    read: Callable[[PowerRequest], Awaitable[PowerState]],
    request_at: Callable[[str], PowerRequest],
    *replies: bytes,
    hang: bool = False,
) -> tuple[NotSeen | PowerState, list[bytes]]:
    """What `read` makes of a daemon that sends one reply per packet and then hangs up (or hangs), and what it was sent."""
    heard: list[bytes] = []

    async def serve(stream: SocketStream) -> None:
        async with stream:
            for reply in replies:
                heard.append(await stream.receive())
                await stream.send(reply)
            if hang:
                await anyio.sleep_forever()

    async def talk() -> NotSeen | PowerState:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        async with (
            await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=port) as listener,
            anyio.create_task_group() as tasks,
        ):
            tasks.start_soon(listener.serve, serve)
            try:
                return await read(request_at(f"127.0.0.1:{port}"))
            except NotSeen as fault:
                return fault
            finally:
                tasks.cancel_scope.cancel()

    return anyio.run(talk), heard
