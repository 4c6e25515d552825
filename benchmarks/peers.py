"""Loudness and fingerprints beside what FFmpeg and fpcalc say of the same files, where the machine has them."""

import csv
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.corpus import CODECS
from benchmarks.listening import TRUTH_SET, Heard, listen
from benchmarks.report import Figure, Part
from music.audio_file import open_regular
from music.decoding import decode
from music.encoding import Codec, encode
from music.fingerprint_text import decode_fingerprint
from music.formats import find_format

TRACKS, QUICK_TRACKS = 18, 2
"""How many of the set are encoded anew."""
OWN_CODECS: Final = {name: codec for name, codec in CODECS.items() if name != "vorbis"} | {
    "alac": Codec("ipod", "alac", ".m4a", "s16p")
}
VORBIS: Final = ("-codec:a", "libvorbis", "-q:a", "5")
"""What people have; the encoder of PyAV makes streams that decoders read in two ways."""


def measure(folder: Path, *, quick: bool) -> Part:
    """Return how far our numbers are from the peers'."""
    title = "Beside FFmpeg and fpcalc"
    missing = [program for program in ("ffmpeg", "fpcalc") if shutil.which(program) is None]
    if missing or not TRUTH_SET.is_dir():
        return Part(f"{title}: left out, there is no {' and no '.join(missing) or 'set of audio'}", ())
    files = list(_encoded(folder, QUICK_TRACKS if quick else TRACKS))
    heard = listen(files, spool=folder)
    with ThreadPoolExecutor(os.cpu_count()) as executor:
        loudness = list(executor.map(_ebur128, files))
        fingerprints = list(executor.map(_fpcalc, files))
    return Part(
        f"{title}: {len(files)} files, {len(OWN_CODECS) + 1} codecs",
        (*_loudness_figures(heard, loudness), *_fingerprint_figures(heard, fingerprints)),
    )


def _program(name: str) -> str:
    return shutil.which(name) or name


def _encoded(folder: Path, tracks: int) -> Iterator[Path]:
    """Yield pieces of the set, spread over it, in every codec."""
    with (TRUTH_SET / "music.csv").open(newline="") as text:
        names = [row["file"] for row in csv.DictReader(text)]
    for number, name in enumerate(names[:: max(1, len(names) // tracks)][:tracks]):
        samples, rate_hz = _decoded(TRUTH_SET / name)
        for codec_name, codec in OWN_CODECS.items():
            file = folder / f"{number:02d}-{codec_name}{codec.suffix}"
            file.write_bytes(encode(samples, codec, rate_hz=rate_hz))
            yield file
        vorbis = folder / f"{number:02d}-vorbis.ogg"
        source = folder / f"{number:02d}-wav.wav"
        subprocess.run([_program("ffmpeg"), "-v", "error", "-i", source, *VORBIS, vorbis], check=True)
        yield vorbis


def _decoded(path: Path) -> tuple[np.ndarray, int]:
    with open_regular(os.fsencode(path)) as file:
        audio_format = find_format(file)
        if audio_format is None:
            raise AssertionError(f"{path} of the set is not music")
        file.seek(0)
        with decode(file, audio_format) as decoder:
            samples = np.concatenate([block.copy() for block in decoder], axis=1)
            return np.repeat(samples, 2 // len(samples), axis=0), decoder.sample_rate_hz  # an encoder here wants two


def _ebur128(file: Path) -> dict[str, float]:
    """Return the loudness, as the filter hands it on to others, to 0.001 LU, and the true peak, as printed, to 0.1."""
    meter = "ebur128=peak=true:metadata=1,ametadata=print:key=lavfi.r128.I:file=-"
    command = [_program("ffmpeg"), "-nostats", "-i", file, "-filter:a", meter, "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    peaks = re.findall(r"Peak:\s+(-?[\d.]+)", said.stderr[said.stderr.rindex("Summary:") :])
    return {"I": float(said.stdout.rpartition("=")[2]), "Peak": float(peaks[-1])}


def _fpcalc(file: Path) -> str:
    command = [_program("fpcalc"), "-plain", "-length", "120", file]
    said = subprocess.run(command, capture_output=True, text=True, check=False)  # 3: there was more than it could read
    return said.stdout.strip()


def _loudness_figures(heard: Sequence[Heard], said: Sequence[dict[str, float]]) -> list[Figure]:
    integrated = [
        abs((each.features.levels.integrated_lufs or 0.0) - theirs["I"])
        for each, theirs in zip(heard, said, strict=True)
    ]
    peaks = [
        abs((each.features.levels.true_peak_dbtp or 0.0) - theirs["Peak"])
        for each, theirs in zip(heard, said, strict=True)
    ]
    return [
        Figure("integrated loudness, largest difference", max(integrated), "LU", 0.05),
        Figure("true peak, largest difference", max(peaks), "dB", 0.2),
    ]


def _fingerprint_figures(heard: Sequence[Heard], said: Sequence[str]) -> list[Figure]:
    ours = [each.fingerprint.fingerprint if each.fingerprint else None for each in heard]
    errors = [100 * _bit_error(one, other) for one, other in zip(ours, said, strict=True)]
    same = [one == other for one, other in zip(ours, said, strict=True)]
    return [
        Figure("wrong bits of the fingerprints, mean", float(np.mean(errors)), "%"),
        Figure("wrong bits of the fingerprints, most", max(errors), "%", 0.05),
        Figure("fingerprints with the same text", float(np.mean(same)), "", 0.9, more_is_better=True),
    ]


def _bit_error(ours: str | None, theirs: str) -> float:
    if ours is None:
        return 1.0
    one, other = decode_fingerprint(ours)[1], decode_fingerprint(theirs)[1]
    if one.size != other.size:
        return 1.0
    return float(np.bitwise_count(one ^ other).sum()) / (32 * one.size)
