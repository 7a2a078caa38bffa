"""Arrays as files and back, value for value: pictures people can look at, sound they can hear, the rest as one .npz.

Whole frames are lossless WebP (a quarter smaller than PNG on sensor noise), thumbs one PNG sheet, sound FLAC where 24
bits hold it exactly. Reading trusts nothing: sizes are known beforehand and nothing bigger is ever unpacked.
"""

from __future__ import annotations

import io
import math
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from rigcheck.sources.codec import Array
from rigcheck.sources.plain import UnfitError

if TYPE_CHECKING:
    from av.container import InputContainer

WIDEST_WEBP_PX = 16383
TALLEST_SHEET_PX = 1 << 20
"""OpenCV refuses taller pictures."""
FLAC_ONE = 1 << 23
MOST_FLAC_CHANNELS = 8
NPY_HEADER_BYTES = 10_000
"""More than numpy writes for a plain array."""
UNZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, struct.error)
NPY_ERRORS = (ValueError, SyntaxError, TypeError, tokenize.TokenError, RecursionError, MemoryError, OverflowError)
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Kept:
    """An array's shape and the files that hold it."""

    shape: tuple[int, ...]
    files: tuple[str, ...]


def pack(stem: str, arrays: Mapping[str, Array], rate_hz: int) -> tuple[dict[str, Kept], dict[str, bytes]]:
    """The arrays as files whose names begin with `stem`: where each one is, and the files. Same arrays, same bytes."""
    kept: dict[str, Kept] = {}
    files: dict[str, bytes] = {}
    for name, array in arrays.items():
        own = _viewable(f"{stem}-{name}", name, array, rate_hz)
        kept[name] = Kept(array.shape, tuple(own) or (f"{stem}.npz",))
        files.update(own)
    rest = {name: array for name, array in arrays.items() if kept[name].files == (f"{stem}.npz",)}
    return kept, files | ({f"{stem}.npz": _npz(rest)} if rest else {})


def _viewable(stem: str, name: str, array: Array, rate_hz: int) -> dict[str, bytes]:
    """Files for people, where there is a lossless form for this array; else none."""
    if name == "thumbs" and array.size and len(array) * array.shape[1] <= TALLEST_SHEET_PX:
        return {f"{stem}.png": _picture(".png", array.reshape(-1, array.shape[2]))}
    if name == "frames" and array.size and max(array.shape[1:3]) <= WIDEST_WEBP_PX:
        return {f"{stem}-{index}.webp": _picture(".webp", frame) for index, frame in enumerate(array)}
    flac = _flac(array, rate_hz) if name == "samples" else None
    return {f"{stem}.flac": flac} if flac is not None else {}


def _npz(arrays: Mapping[str, Array]) -> bytes:
    """As numpy's savez_compressed, without the time of day in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            npy.write_array(member, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, member.getvalue())
    return out.getvalue()


def _picture(ending: str, picture: Array) -> bytes:
    import cv2  # noqa: PLC0415 - heavy; only recordings with pictures or sound need it

    how = {
        ".png": [cv2.IMWRITE_PNG_COMPRESSION, 6, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_FILTERED],
        ".webp": [cv2.IMWRITE_WEBP_QUALITY, 101],  # over 100: lossless
    }
    _, data = cv2.imencode(ending, picture, how[ending])
    return bytes(data)


def _flac(samples: NDArray[np.float32], rate_hz: int) -> bytes | None:
    """The take as 24-bit FLAC; None where that would not be the same take (checked by decoding it)."""
    from av.error import FFmpegError  # noqa: PLC0415 - heavy; only recordings with pictures or sound need it

    if not 1 <= samples.shape[1] <= MOST_FLAC_CHANNELS or not len(samples) or not _fits_24_bits(samples):
        return None
    try:
        data = _flac_of(np.round(samples * FLAC_ONE).astype(np.int32) << 8, rate_hz)
        same = np.array_equal(_from_flac(data, samples.shape), samples)
    except (FFmpegError, ValueError):  # a rate or a channel count that FLAC does not know
        return None
    return data if same else None


def _fits_24_bits(samples: NDArray[np.float32]) -> bool:
    with np.errstate(all="ignore"):
        scaled = samples * np.float32(FLAC_ONE)
        return bool((np.abs(scaled + np.float32(0.5)) <= FLAC_ONE - 1).all() and (scaled == np.round(scaled)).all())


def _flac_of(values: NDArray[np.int32], rate_hz: int) -> bytes:
    import av  # noqa: PLC0415 - heavy; only recordings with pictures or sound need it

    out = io.BytesIO()
    layout = f"{values.shape[1]}c" if values.shape[1] > 2 else ("mono", "stereo")[values.shape[1] - 1]  # noqa: PLR2004
    with av.open(out, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=rate_hz, layout=layout, format="s32")
        frame = av.AudioFrame.from_ndarray(values.reshape(1, -1), format="s32", layout=layout)
        frame.sample_rate = rate_hz
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return out.getvalue()


def unpack(name: str, element: np.dtype[Any], kept: Kept, files: Mapping[str, bytes]) -> Array:
    """The array, of exactly that element type and shape. Raises UnfitError where the files hold anything else."""
    endings = {file.rpartition(".")[2] for file in kept.files}
    blobs = [files[file] for file in kept.files]
    if endings == {"npz"} and len(blobs) == 1:
        return _from_npz(blobs[0], name, element, kept.shape)
    if endings == {"flac"} and len(blobs) == 1 and element == np.float32 and len(kept.shape) == 2:  # noqa: PLR2004 - n, channels
        return _from_flac(blobs[0], kept.shape)
    if element == np.uint8 and endings in ({"png"}, {"webp"}):
        return _from_pictures(blobs, kept.shape)
    raise UnfitError(name)


def _from_npz(data: bytes, name: str, element: np.dtype[Any], shape: tuple[int, ...]) -> Array:
    size = math.prod(shape) * element.itemsize
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            info = archive.getinfo(f"{name}.npy")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
                raise UnfitError(name)
            with archive.open(info) as member:
                content = member.read(size + NPY_HEADER_BYTES + 1)
    except (KeyError, *UNZIP_ERRORS) as error:
        raise UnfitError(name) from error
    return _from_npy(content, name, element, shape)


def _from_npy(content: bytes, name: str, element: np.dtype[Any], shape: tuple[int, ...]) -> Array:
    """Numpy's own header, read by numpy, must say what the manifest says; so no pickle is ever met."""
    member = io.BytesIO(content)
    try:
        version = npy.read_magic(member)
        told = npy.read_array_header_1_0(member)
    except NPY_ERRORS as error:
        raise UnfitError(name) from error
    body = content[member.tell() :]
    if version != (1, 0) or told != (shape, False, element) or len(body) != math.prod(shape) * element.itemsize:
        raise UnfitError(name)
    if element == np.bool_ and body.strip(b"\0\1"):
        raise UnfitError(name)
    return np.frombuffer(bytearray(body), element).reshape(shape)


def _from_pictures(blobs: list[bytes], shape: tuple[int, ...]) -> Array:
    """(m, h, w): one grey sheet of m pictures, one below the other; (k, h, w, 3): k colour pictures."""
    if len(shape) == 3 and len(blobs) == 1:  # noqa: PLR2004 - m, h, w
        return _from_picture(blobs[0], (shape[0] * shape[1], shape[2])).reshape(shape)
    if len(shape) != 4 or len(blobs) != shape[0]:  # noqa: PLR2004 - k, h, w, 3
        raise UnfitError("frames")
    return np.stack([_from_picture(blob, shape[1:]) for blob in blobs])


def _from_picture(data: bytes, shape: tuple[int, ...]) -> Array:
    import cv2  # noqa: PLC0415 - heavy; only recordings with pictures or sound need it

    if _size_in(data) != (shape[1], shape[0]):
        raise UnfitError("picture")
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise UnfitError("picture") from error
    if picture is None or picture.shape != shape or picture.dtype != np.uint8:
        raise UnfitError("picture")
    return np.asarray(picture)


def _size_in(data: bytes) -> tuple[int, int] | None:
    """Width and height as the file's own header declares them, known before anything is unpacked."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR" and len(data) >= 24:  # noqa: PLR2004 - PNG, 11.2.1
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data[:4] == b"RIFF" and data[8:16] == b"WEBPVP8L" and data[20:21] == b"\x2f" and len(data) >= 25:  # noqa: PLR2004 - WebP lossless, 3
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None


def _from_flac(data: bytes, shape: tuple[int, ...]) -> NDArray[np.float32]:
    import av  # noqa: PLC0415 - heavy; only recordings with pictures or sound need it
    from av.error import FFmpegError  # noqa: PLC0415 - heavy; only recordings with pictures or sound need it

    blocks: list[NDArray[Any]] = []
    try:
        with cast("InputContainer", av.open(io.BytesIO(data), format="flac")) as container:
            for frame in container.decode(audio=0):
                blocks.append(frame.to_ndarray().reshape(-1, frame.layout.nb_channels))
                if blocks[-1].dtype != np.int32 or sum(map(len, blocks)) > shape[0]:
                    break
    except (FFmpegError, ValueError, IndexError) as error:
        raise UnfitError("samples") from error
    if {(block.shape[1], block.dtype) for block in blocks} != {(shape[1], np.dtype(np.int32))}:
        raise UnfitError("samples")
    values = np.concatenate(blocks)
    if values.shape != shape:
        raise UnfitError("samples")
    return (values >> 8).astype(np.float32) / np.float32(FLAC_ONE)
