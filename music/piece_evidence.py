"""What is known of a piece of music before anybody is asked who it is, and which pieces are judged together."""

from dataclasses import dataclass

from music.releases import FingerprintMatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece to identify; None where nothing is said."""

    file_key: str
    path: str
    """Of its file, relative to its library, folders separated by `/`."""
    duration_seconds: float
    segment_index: int = 0
    """In its file, from 0."""
    segment_count: int = 1
    """How many pieces its file has."""
    title: str | None = None
    """As the tags say; of a piece of a long file, as its CUE sheet or chapters say."""
    artist: str | None = None
    album: str | None = None
    album_artist: str | None = None
    track_number: int | None = None
    """As the tags say, from 1."""
    track_total: int | None = None
    disc_number: int | None = None
    disc_total: int | None = None
    year: int | None = None
    isrc: str | None = None
    barcode: str | None = None
    catalog_number: str | None = None
    recording_mbid: str | None = None
    """As the tags say: to be verified, like the two after it."""
    release_mbid: str | None = None
    release_group_mbid: str | None = None
    path_title: str | None = None
    """As the path suggests, like the four after it."""
    path_artist: str | None = None
    path_album: str | None = None
    path_track_number: int | None = None
    path_disc_number: int | None = None
    matches: tuple[FingerprintMatch, ...] = ()
    """What its fingerprint is linked to."""
    was_looked_up: bool = False
    """Whether AcoustID was asked: without a key, or too short to have a fingerprint, it was not."""

    @property
    def key(self) -> tuple[str, int]:
        """What names the piece: its file and its place in it."""
        return self.file_key, self.segment_index


@dataclass(frozen=True, slots=True)
class AlbumGroup:
    """Pieces that may be one album, or one loose piece."""

    group_id: str
    """The same for the same files, whatever else is in the library."""
    pieces: tuple[Piece, ...]
    medium: str | None = None
    """What they were copied from: CD, Vinyl, Cassette; Unknown and None alike say nothing."""
    gap_pattern: str | None = None
    """Of a long file: Consistent, Variable, None."""
    is_loose: bool = False
    """Nothing says that the pieces belong together: each is judged alone."""

    @property
    def is_one_file(self) -> bool:
        """Tell whether the pieces were cut from one long file."""
        return len(self.pieces) > 0 and self.pieces[0].segment_count > 1
