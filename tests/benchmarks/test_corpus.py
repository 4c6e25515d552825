import io
import os
from pathlib import Path

from benchmarks.corpus import make_albums, make_empty_files, music
from music.probe import probe


def test_no_two_songs_of_the_albums_hold_the_same_audio(tmp_path: Path) -> None:
    make_albums(tmp_path, files=4, seconds=0.3, album_files=2)

    files = sorted(tmp_path.rglob("*.flac"))
    probes = [probe(io.BytesIO(file.read_bytes()), tick=lambda: None) for file in files]

    assert len({each.audio_sha256 for each in probes}) == len(probes) == 4
    assert [each.tags.title for each in probes] == ["Song 0", "Song 1", "Song 2", "Song 3"]
    assert len({file.parent for file in files}) == 2


def test_empty_files_are_old_enough_to_be_settled(tmp_path: Path) -> None:
    make_empty_files(tmp_path, files=40, folder_files=20)

    files = list(tmp_path.rglob("*.mp3"))

    assert len(files) == 40
    assert {os.path.getsize(file) for file in files} == {0}
    assert len({file.stat().st_mtime for file in files}) == 1


def test_the_song_is_stereo_and_stays_under_full_scale() -> None:
    song = music(1.0)

    assert song.shape == (2, 44_100)
    assert 0.5 < abs(song).max() < 1.0
