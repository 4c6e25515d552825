"""How a piece sounds beside its notes: how bright, where its treble ends, how dynamic, how forceful, how danceable."""

from dataclasses import dataclass

from music.cells import CellBlock
from music.danceability import danceability_of, groove_of
from music.dynamic_range import DynamicsHops, DynamicsMeter, dynamic_range_db
from music.energy import energy_of
from music.levels import Levels
from music.spectral_frames import SpectralFrames, SpectralMeter, brightness_hz
from music.tempo import Tempo
from music.ticks import Ticks
from music.treble_cutoff import find_cutoff, probably_lossy_source


@dataclass(frozen=True, slots=True)
class TimbreFrames:
    """What is kept of a recording."""

    spectra: SpectralFrames
    dynamics: DynamicsHops


@dataclass(frozen=True, slots=True)
class Timbre:
    """How one piece sounds."""

    energy: float | None
    """How forceful it seems, 0 to 1: 0.5 at -16 LUFS; None for silence."""
    danceability: float | None
    """How well it invites to dance, 0 to 1; None without a tempo and under 10 s."""
    brightness_hz: float | None
    """Centroid of its spectrum; None for silence."""
    dynamic_range_db: float | None
    """Its DR value, not rounded; None under 6 s and for silence."""
    cutoff_hz: float | None
    """Above it everything was cut off; None where nothing was, or where it cannot be said."""
    probably_lossy_source: bool | None
    """Whether a lossless file was probably made from a lossy one; None where that cannot be told."""


class TimbreMeter:
    """Listens to one recording, block after block.

    Args:
        sample_rate_hz: Its sample rate.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._spectra = SpectralMeter(sample_rate_hz)
        self._dynamics = DynamicsMeter(sample_rate_hz)

    def add(self, block: CellBlock) -> None:
        """Listen to the next block; all but the last are whole."""
        self._spectra.add(block)
        self._dynamics.add(block)

    def finish(self) -> TimbreFrames:
        """Return what was kept of all blocks, of which there was at least one."""
        return TimbreFrames(self._spectra.finish(), self._dynamics.finish())


@dataclass(frozen=True, slots=True)
class Piece:
    """What else is known of the piece whose timbre is asked for."""

    start_ticks: Ticks
    end_ticks: Ticks
    integrated_lufs: float | None
    """Loudness of all of it."""
    tempo: Tempo
    is_lossless: bool
    """Its codec keeps every sample."""


def timbre_of(levels: Levels, frames: TimbreFrames, piece: Piece) -> Timbre:
    """Return how a piece sounds.

    Args:
        levels: Of the whole recording.
        frames: Of the whole recording.
        piece: Which piece, and what is known of it.
    """
    cells = levels.cells_of(piece.start_ticks, end_ticks=piece.end_ticks)
    spectra = frames.spectra.of_cells(cells)
    cutoff = find_cutoff(spectra)
    return Timbre(
        energy=energy_of(piece.integrated_lufs),
        danceability=danceability_of(
            groove_of(levels.mean_square[cells]), bpm=piece.tempo.bpm, tempo_stability=piece.tempo.tempo_stability
        ),
        brightness_hz=brightness_hz(spectra),
        dynamic_range_db=dynamic_range_db(frames.dynamics.of_cells(cells)),
        cutoff_hz=cutoff.cutoff_hz,
        probably_lossy_source=probably_lossy_source(cutoff, is_lossless=piece.is_lossless),
    )
