"""What is worth knowing about the sound of a file, in one line each; None where nothing is."""

from collections.abc import Sequence

from music.amplitude import QUIET_PEAK, is_quiet
from music.amplitude_profile import AmplitudeProfile
from music.cells import CELLS_PER_SECOND, IMPLAUSIBLE
from music.fingerprint import MIN_SECONDS
from music.levels import Levels
from music.segmentation import Span
from music.ticks import TICKS_PER_SECOND, Ticks, seconds_to_ticks, ticks_to_seconds

SILENT_DBFS = -70.0
"""Where no sample is higher, the absolute gate of EBU R 128 hears nothing."""
NOTHING_HEARD = f"no sample is above {SILENT_DBFS:g} dBFS"
TOO_QUIET = f"too quiet (no moment reaches an RMS of {QUIET_PEAK:g})"
"""What is said of pieces ends so; all else is said of the audio, however it is divided."""
MISSING_SECONDS = 1.0
"""How much a file may lack of what its header states: encoders' delays, edit lists, headers in whole seconds."""
MISSING_SHARE = 0.001
"""And this share of it more, for headers that go by a rounded bit rate or another clock."""


def missing_audio(levels: Levels, *, expected_ticks: Ticks | None) -> str | None:
    """Tell how much of what the header states could be decoded, if that is clearly less (TRUNCATED_AUDIO)."""
    decoded_ticks, expected_ticks = levels.duration_ticks, expected_ticks or Ticks(0)
    tolerated_ticks = MISSING_SECONDS * TICKS_PER_SECOND + MISSING_SHARE * expected_ticks
    if expected_ticks - decoded_ticks <= tolerated_ticks:
        return None
    return f"{_clock(decoded_ticks)} of {_clock(expected_ticks)} could be decoded"


def damaged_audio(damaged_packets: int, *, refused_cells: int) -> str | None:
    """Tell what was left out (DAMAGED_AUDIO)."""
    left_out: list[str] = []
    if damaged_packets:
        left_out.append(f"{damaged_packets} damaged {'packet' if damaged_packets == 1 else 'packets'}")
    if refused_cells:
        loudest = f"over {IMPLAUSIBLE:g} times full scale, or not a number"
        left_out.append(f"{refused_cells / CELLS_PER_SECOND:.2f} s that decoded to samples {loudest}")
    return f"left out: {' and '.join(left_out)}" if left_out else None


def silent_audio(levels: Levels) -> str | None:
    """Tell if there is nothing to be heard (SILENT_AUDIO)."""
    highest = float(levels.peak.max(initial=0.0))
    return NOTHING_HEARD if highest <= 10.0 ** (SILENT_DBFS / 20.0) else None


def quiet_pieces(profile: AmplitudeProfile, spans: Sequence[Span]) -> str | None:
    """Tell how many pieces are too quiet for leads and fades to be found (QUIET_AUDIO)."""
    quiet = sum(is_quiet(profile, start_ticks=span.start_ticks, end_ticks=span.end_ticks) for span in spans)
    return f"{quiet} of {len(spans)} {TOO_QUIET}" if quiet else None


def too_short_pieces(spans: Sequence[Span]) -> str | None:
    """Tell how many pieces are too short for a fingerprint (TOO_SHORT)."""
    least = seconds_to_ticks(MIN_SECONDS)
    short = sum(span.end_ticks - span.start_ticks < least for span in spans)
    return f"{short} of {len(spans)} too short (under {MIN_SECONDS:.1f} s)" if short else None


def rounded_rate(source_rate_hz: int, *, rate_hz: int) -> str | None:
    """Tell if times are not those of the file's own samples (RATE_ROUNDED)."""
    if source_rate_hz == rate_hz:
        return None
    return f"its samples come at {source_rate_hz:,} Hz and were converted to {rate_hz:,} Hz"


def _clock(ticks: Ticks) -> str:
    minutes, seconds = divmod(ticks_to_seconds(ticks), 60)
    return f"{int(minutes)}:{seconds:04.1f}"
