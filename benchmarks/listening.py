"""What the analysis says of files, and where a set of audio with known truth lies."""

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from music.audio_file import open_regular
from music.decoding import decode
from music.fingerprint import SpanFingerprint
from music.formats import find_format
from music.measurement import MeasureRequest, PieceFeatures, measure
from music.ticks import ticks_to_seconds

TRUTH_SET: Final = Path(os.environ.get("TRUTH") or Path(__file__).parents[2] / "shared" / "audio")
"""Lists, audio and the scorer that belongs to them; lies beside the project and is not a part of it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the analysis says of one file."""

    features: PieceFeatures
    fingerprint: SpanFingerprint | None
    starts_seconds: tuple[float, ...]
    """Where its pieces but the first begin."""


def listen(files: Sequence[Path], *, spool: Path) -> list[Heard]:
    """Measure files, as many at once as there are processors.

    Args:
        files: Of music.
        spool: A folder for what is kept while a file is measured.
    """
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as executor:
        return list(executor.map(_hear, files, [str(spool)] * len(files)))


def _hear(path: Path, spool: str) -> Heard:
    request = MeasureRequest(want_segments=True, want_fingerprints=True, want_features=True, spool_directory=spool)
    with open_regular(os.fsencode(path)) as file:
        audio_format = find_format(file)
        if audio_format is None:
            raise AssertionError(f"{path} of the set is not music")
        file.seek(0)
        with decode(file, audio_format) as decoder:
            found = measure(decoder, request=request, tick=lambda: None)
    spans = found.segmentation.spans if found.segmentation else ()
    return Heard(
        found.features[0], found.fingerprints[0], tuple(ticks_to_seconds(span.start_ticks) for span in spans[1:])
    )
