"""Whether an OBS is sending a stream: its own, or one of a plug-in (several platforms, a second canvas)."""

from __future__ import annotations

from rigcheck.samples import ObsAddress
from rigcheck.sources.obs_client import Message, ObsClient, connect


async def read_is_streaming(address: ObsAddress) -> bool:
    """Whether the OBS there is on air. Raises NotSeen as `connect` and `ask` do."""
    async with connect(address) as client:
        return is_streaming(*await outputs_of(client))


async def outputs_of(client: ObsClient) -> tuple[Message, list[Message]]:
    """OBS's own stream, and all outputs there are."""
    stream = await client.ask("GetStreamStatus")
    (listed,) = await client.ask_all([("GetOutputList", {})])
    return stream, list(listed["outputs"]) if listed else []


def is_streaming(stream: Message, outputs: list[Message]) -> bool:
    """Reconnecting is streaming: viewers wait. Recordings, the virtual camera and NDI have no service and are none."""
    others = any(each["outputActive"] and each["outputFlags"].get("OBS_OUTPUT_SERVICE") for each in outputs)
    return bool(stream["outputActive"] or stream["outputReconnecting"] or others)
