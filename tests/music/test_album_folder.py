import pytest

from music.album_folder import album_folder, disc_of_folder
from music.path_clues import read_path_clues
from resources.packing import album_of

DISCS = {
    "CD1": 1,
    "cd 02": 2,
    "Disc_3": 3,
    "DISK-4": 4,
    "Disque #5": 5,
    "LP6": 6,
    "CD 7 - Live": 7,
    "CD1a": 1,
    "CD\u00a08": 8,
    "Disc 1_Live": 1,
    "CD 12": 12,
}
OTHERS = ("CD", "Disc One", "CD 100 Hits", "Discover 2", "Abcd 1", "Disc 0", "Jazz", "")


@pytest.mark.parametrize(("name", "disc"), DISCS.items(), ids=map(repr, DISCS))
def test_all_who_ask_take_a_disc_for_a_part_of_its_album(name: str, disc: int) -> None:
    assert disc_of_folder(name) == disc
    assert read_path_clues(f"Queen/Live/{name}/Song.flac").disc_number == disc
    assert album_folder(f"Queen/Live/{name}/Song.flac") == "Queen/Live"
    assert album_folder(f"{name}/Song.flac") == ""
    assert album_of("music", f"Queen/Live/{name}".encode()) == ("music", b"Queen/Live")


@pytest.mark.parametrize("name", OTHERS, ids=repr)
def test_all_who_ask_take_any_other_folder_for_an_album(name: str) -> None:
    folder = f"Queen/{name}" if name else "Queen"

    assert disc_of_folder(name) is None
    assert read_path_clues(f"{folder}/Song.flac").disc_number is None
    assert album_folder(f"{folder}/Song.flac") == folder
    assert album_of("music", folder.encode()) == ("music", folder.encode())
