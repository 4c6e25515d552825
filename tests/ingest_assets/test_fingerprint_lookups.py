from ingest_assets.fingerprint_lookups import FingerprintLookups
from music.piece_evidence import AlbumGroup, Piece
from tests.ingest_assets.identifying import FakeAcoustId

ALBUMS, TRACKS = 4, 6


def piece(album: int, track: int) -> Piece:
    path = f"{album}/{track}"
    return Piece(file_key=path, path=path, duration_seconds=60.0)


def albums() -> list[AlbumGroup]:
    return [
        AlbumGroup(group_id=f"album {album}", pieces=tuple(piece(album, track) for track in range(TRACKS)))
        for album in range(ALBUMS)
    ]


def asked_of(groups: list[AlbumGroup]) -> dict[tuple[str, int], tuple[str, int]]:
    return {piece.key: (f"AQAA{piece.file_key}", 60) for group in groups for piece in group.pieces}


def test_requests_are_full_and_no_earlier_than_they_are_wanted() -> None:
    acoustid, groups = FakeAcoustId(), albums()
    lookups = FingerprintLookups(acoustid, groups, asked_of(groups))
    sizes: list[list[int]] = []

    for group in groups:
        heard = lookups.hear(group)
        assert all(piece.was_looked_up and piece.matches for piece in heard.group.pieces)
        sizes.append([len(each) for each in acoustid.lookups])

    assert sizes == [[10], [10, 10], [10, 10], [10, 10, 4]]


def test_what_is_kept_takes_no_room_in_a_request() -> None:
    acoustid, groups = FakeAcoustId(), albums()
    asked = asked_of(groups)
    acoustid.lookup(list(asked.values())[::2])
    acoustid.lookups.clear()

    lookups = FingerprintLookups(acoustid, groups, asked)
    heard = [lookups.hear(group).group for group in groups]

    assert [len(each) for each in acoustid.lookups] == [10, 2]
    assert all(piece.matches for group in heard for piece in group.pieces)
