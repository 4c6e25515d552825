import errno
import os
import pickle
import shutil

import pytest

from music.error_codes import AudioFileError, ErrorCode
from music.measurement import MeasureRequest
from music.ticks import TICKS_PER_SECOND
from resources import reading
from resources.file_stamp import size_and_time
from resources.reading import MOST_CUE_BYTES, MOST_CUES, Probed, ReadTask, read_file
from resources.worker_pool import Asked, Finished, WorkerPool
from tests.signals import encoded, piece, sample, side, silence, stereo

PIECES = ("First", "Second")


def copied(value):
    """Return a value as it comes out of another process."""
    return pickle.loads(pickle.dumps(value))  # noqa: S301  our own


class FakeTalk:
    """A parent that gives one answer, and may do something before it answers.

    Args:
        answer: Its answer to every question.
        meanwhile: Called with each question.
    """

    def __init__(self, answer=None, meanwhile=lambda _: None):
        self.answer = answer
        self.meanwhile = meanwhile
        self.questions = []
        self.notes = []
        self.ticks = 0

    def tick(self, note=""):
        self.ticks += 1
        if note:
            self.notes.append(note)

    def ask(self, question):
        self.questions.append(copied(question))
        self.meanwhile(question)
        return self.answer


@pytest.fixture(scope="module")
def two_pieces():
    """A FLAC file of 20 s with two pieces and 2.1 s of silence between."""
    recording = side([piece(9.0), piece(8.9)], gaps_seconds=[2.1])
    return encoded(recording.samples, codec="flac")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "album").mkdir()
    return tmp_path / "album"


def put(folder, name, data):
    path = os.path.join(os.fsencode(folder), os.fsencode(name))
    with open(path, "wb") as file:
        file.write(data)
    return path


def task(path, *, has_sidecars=False):
    size, modified_ns = size_and_time(os.lstat(path))
    return ReadTask(path, size, modified_ns, has_sidecars=has_sidecars)


def everything(tmp_path):
    return MeasureRequest(want_segments=True, want_fingerprints=True, want_features=True, spool_directory=str(tmp_path))


def cue(file_name, *times, titles=PIECES):
    lines = [f'FILE "{file_name}" WAVE']
    for number, time in enumerate(times, 1):
        title = titles[(number - 1) % len(titles)]
        lines += [f"  TRACK {number:02} AUDIO", f'    TITLE "{title}"', f"    INDEX 01 {time}"]
    return "\n".join(lines).encode()


def code_of(read_task, talk=None):
    with pytest.raises(AudioFileError) as caught:
        read_file(read_task, talk or FakeTalk())
    return caught.value.code


class TestAskingFirst:
    def test_the_parent_is_told_what_the_file_is_and_may_want_nothing(self, folder, monkeypatch):
        monkeypatch.setattr(reading, "decode", lambda *_: pytest.fail("nobody asked for the sound"))
        path = put(folder, "song.flac", sample("flac"))
        talk = FakeTalk(answer=None)

        found = read_file(task(path), talk)

        assert found.measurement is None
        assert talk.questions == [found.probed]
        assert found.probed.probe.container == "flac"
        assert found.probed.cue_name is None

    def test_what_is_asked_for_is_measured(self, folder, tmp_path, two_pieces):
        path = put(folder, "side.flac", two_pieces)

        found = read_file(task(path), FakeTalk(answer=everything(tmp_path)))

        assert found.measurement is not None
        assert found.measurement.duration_ticks == 20 * TICKS_PER_SECOND
        assert found.measurement.segmentation is not None
        assert len(found.measurement.features) == len(found.measurement.segmentation.spans)
        assert found.probed.probe.duration_ticks == 20 * TICKS_PER_SECOND

    def test_a_result_can_travel_between_processes(self, folder, tmp_path):
        path = put(folder, "song.mp3", sample("mp3"))

        found = read_file(task(path), FakeTalk(answer=everything(tmp_path)))

        assert copied(found).probed == found.probed

    def test_the_file_is_opened_once(self, folder, tmp_path, monkeypatch):
        path = put(folder, "song.flac", sample("flac"))
        opened = []
        real = reading.open_regular
        monkeypatch.setattr(reading, "open_regular", lambda name: (opened.append(name), real(name))[1])

        read_file(task(path), FakeTalk(answer=everything(tmp_path)))

        assert opened == [path]

    def test_the_file_is_as_it_was(self, folder, tmp_path):
        data = sample("mp3")
        path = put(folder, "song.mp3", data)
        before = os.stat(path)

        read_file(task(path), FakeTalk(answer=everything(tmp_path)))

        assert (folder / "song.mp3").read_bytes() == data
        assert os.stat(path).st_mtime_ns == before.st_mtime_ns

    def test_signs_of_life_say_what_is_being_done(self, folder, tmp_path):
        path = put(folder, b"caf\xe9.flac", sample("flac"))
        talk = FakeTalk(answer=everything(tmp_path))

        read_file(task(path), talk)

        assert talk.notes == [r"reading caf\xe9.flac", r"decoding caf\xe9.flac"]
        assert talk.ticks > 2

    @pytest.mark.parametrize(
        "name",
        [b"caf\xe9.flac", b"two\nlines.flac", b"x" * 250 + b".flac", b"...[a],.flac", b"song.mp3"],
        ids=["not UTF-8", "newline", "255 bytes", "range syntax", "another format's name"],
    )
    def test_ugly_names_are_read(self, folder, name):
        path = put(folder, name, sample("flac"))

        assert read_file(task(path), FakeTalk()).probed.probe.container == "flac"


class TestCueBeside:
    def read(self, path):
        return read_file(task(path, has_sidecars=True), FakeTalk()).probed

    def titles(self, probed: Probed):
        return tuple(mark.title for mark in probed.hints.marks)

    @pytest.fixture
    def side_of(self, folder, two_pieces):
        return put(folder, "side.flac", two_pieces)

    def test_the_sheet_that_speaks_of_the_file_divides_it(self, folder, side_of):
        put(folder, "any name.cue", cue("side.flac", "00:00:00", "00:10:00"))

        found = self.read(side_of)

        assert found.cue_name == b"any name.cue"
        assert found.hints.found_by == "cue"
        assert [mark.start_ticks for mark in found.hints.marks] == [0, 10 * TICKS_PER_SECOND]
        assert self.titles(found) == PIECES

    def test_a_folder_without_sidecars_is_not_listed(self, folder, side_of, monkeypatch):
        put(folder, "side.cue", cue("side.flac", "00:00:00", "00:10:00"))
        monkeypatch.setattr(reading.os, "listdir", lambda _: pytest.fail("the planner saw no sheet"))

        found = read_file(task(side_of, has_sidecars=False), FakeTalk()).probed

        assert (found.cue_name, found.hints.found_by) == (None, None)

    @pytest.mark.parametrize("own", ["side.cue", "SIDE.CUE", "side.flac.cue"])
    def test_the_one_with_its_name_comes_first(self, folder, side_of, own):
        put(folder, "a.cue", cue("side.flac", "00:00:00", "00:05:00", titles=["wrong"]))
        put(folder, own, cue("side.flac", "00:00:00", "00:10:00"))

        found = self.read(side_of)

        assert (found.cue_name, self.titles(found)) == (own.encode(), PIECES)

    def test_a_sheet_with_its_name_may_name_the_wav_it_was_ripped_to(self, folder, side_of):
        put(folder, "side.cue", cue("CDImage.wav", "00:00:00", "00:10:00"))

        assert self.titles(self.read(side_of)) == PIECES

    def test_a_sheet_that_divides_it_counts_more_than_one_that_names_it(self, folder, side_of):
        put(folder, "a list.cue", cue("side.flac", "00:00:00"))
        put(folder, "b division.cue", cue("side.flac", "00:00:00", "00:10:00"))

        assert self.read(side_of).cue_name == b"b division.cue"

    def test_a_sheet_that_only_names_it_is_told_and_divides_nothing(self, folder, side_of):
        put(folder, "list.cue", cue("side.flac", "00:00:00"))

        found = self.read(side_of)

        assert (found.cue_name, found.hints.marks) == (b"list.cue", ())

    def test_a_sheet_about_another_file_is_none(self, folder, side_of):
        put(folder, "other.cue", cue("other.flac", "00:00:00", "00:10:00"))

        found = self.read(side_of)

        assert (found.cue_name, found.hints.found_by) == (None, None)

    def test_a_sheet_with_a_place_behind_the_end_belongs_to_another_file(self, folder, side_of):
        put(folder, "side.cue", cue("side.flac", "00:00:00", "59:00:00"))

        assert self.read(side_of).hints.found_by is None

    @pytest.mark.parametrize("trap", ["hidden", "link", "pipe", "folder", "large", "empty", "garbage"])
    def test_what_is_no_sheet_is_passed_over(self, folder, side_of, trap):
        good = cue("side.flac", "00:00:00", "00:05:00", titles=["wrong"])
        match trap:
            case "hidden":
                put(folder, "._side.cue", good)
            case "link":
                (folder.parent / "outside.txt").write_bytes(good)
                (folder / "side.cue").symlink_to(folder.parent / "outside.txt")
            case "pipe":
                os.mkfifo(folder / "side.cue")
            case "folder":
                (folder / "side.cue").mkdir()
            case "large":
                put(folder, "side.cue", good + b"\n" * MOST_CUE_BYTES)
            case "empty":
                put(folder, "side.cue", b"")
            case "garbage":
                put(folder, "side.cue", bytes(range(256)) * 100)
        put(folder, "z.cue", cue("side.flac", "00:00:00", "00:10:00"))

        found = self.read(side_of)

        assert (found.cue_name, self.titles(found)) == (b"z.cue", PIECES)

    def test_a_sheet_on_a_bad_sector_is_passed_over(self, folder, side_of, monkeypatch):
        put(folder, "side.cue", cue("side.flac", "00:00:00", "00:10:00"))
        real = reading.open_regular

        def broken(path):
            if not path.endswith(b".cue"):
                return real(path)
            raise OSError(errno.EIO, "I/O error")

        monkeypatch.setattr(reading, "open_regular", broken)

        assert self.read(side_of).cue_name is None

    def test_a_folder_with_hundreds_of_sheets_is_no_album(self, folder, side_of):
        for number in range(MOST_CUES):
            put(folder, f"{number:03}.cue", cue("other.flac", "00:00:00", "00:10:00"))
        put(folder, "z.cue", cue("side.flac", "00:00:00", "00:10:00"))

        assert self.read(side_of).cue_name is None

    def test_a_sheet_with_an_ugly_name_is_told_byte_for_byte(self, folder, side_of):
        put(folder, b"caf\xe9.cue", cue("side.flac", "00:00:00", "00:10:00"))

        found = self.read(side_of)

        assert found.cue_name == b"caf\xe9.cue"

    @pytest.mark.parametrize(
        ("error", "code"),
        [
            (errno.ENOENT, ErrorCode.FILE_CHANGED),
            (errno.ENOTDIR, ErrorCode.FILE_CHANGED),
            (errno.EACCES, ErrorCode.UNREADABLE_FILE),
        ],
    )
    def test_a_folder_that_cannot_be_listed_says_why(self, side_of, monkeypatch, error, code):
        def fail(path):
            raise OSError(error, os.strerror(error), path)

        monkeypatch.setattr(reading.os, "listdir", fail)

        assert code_of(task(side_of, has_sidecars=True)) == code


class TestChangesUnderTheReader:
    @pytest.fixture
    def path(self, folder):
        return put(folder, "song.flac", sample("flac"))

    @pytest.mark.parametrize("field", ["size_bytes", "modified_ns"])
    def test_a_file_that_is_not_as_the_planner_saw_it(self, path, field):
        seen = task(path)
        values = {"size_bytes": seen.size_bytes, "modified_ns": seen.modified_ns}
        values[field] += 1

        assert code_of(ReadTask(path, **values, has_sidecars=False)) == ErrorCode.FILE_CHANGED

    def test_a_file_that_vanished(self, path):
        seen = task(path)
        os.unlink(path)

        assert code_of(seen) == ErrorCode.FILE_CHANGED

    def test_a_file_that_was_emptied(self, path):
        seen = task(path)
        os.truncate(path, 0)

        assert code_of(seen) == ErrorCode.FILE_CHANGED

    def test_a_file_that_always_was_empty_is_another_matter(self, folder):
        assert code_of(task(put(folder, "song.flac", b""))) == ErrorCode.EMPTY_FILE

    @pytest.mark.parametrize("wanted", [True, False], ids=["measured", "only probed"])
    def test_a_file_that_grows_while_it_is_read(self, path, tmp_path, wanted):
        def grow(_):
            with open(path, "ab") as file:
                file.write(b"more")

        talk = FakeTalk(answer=everything(tmp_path) if wanted else None, meanwhile=grow)

        assert code_of(task(path), talk) == ErrorCode.FILE_CHANGED

    def test_a_file_that_is_cut_while_it_is_decoded_is_not_called_damaged(self, path, tmp_path):
        talk = FakeTalk(answer=everything(tmp_path), meanwhile=lambda _: os.truncate(path, 50))

        assert code_of(task(path), talk) == ErrorCode.FILE_CHANGED

    def test_a_file_that_becomes_another_format_is_not_called_damaged(self, path, tmp_path):
        def overwrite(_):
            with open(path, "r+b") as file:
                file.write(b"not audio at all" * 10_000)

        talk = FakeTalk(answer=everything(tmp_path), meanwhile=overwrite)

        assert code_of(task(path), talk) == ErrorCode.FILE_CHANGED

    def test_a_format_that_is_gone_though_size_and_time_are_the_same(self, path, tmp_path):
        seen = os.stat(path)

        def overwrite(_):
            with open(path, "r+b") as file:
                file.write(bytes(seen.st_size))
            os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))

        talk = FakeTalk(answer=everything(tmp_path), meanwhile=overwrite)

        assert code_of(task(path), talk) == ErrorCode.FILE_CHANGED

    def test_a_file_replaced_by_another_is_read_as_it_was_opened(self, path, folder):
        """The name leads to another file now, and the planner sees that one with its own size and time."""
        put(folder, "new.flac", sample("wav"))
        talk = FakeTalk(meanwhile=lambda _: os.replace(folder / "new.flac", path))

        assert read_file(task(path), talk).probed.probe.container == "flac"

    def test_a_link_in_place_of_the_file_is_not_followed(self, path, folder, tmp_path):
        seen = task(path)
        shutil.move(path, tmp_path / "elsewhere.flac")
        (folder / "song.flac").symlink_to(tmp_path / "elsewhere.flac")

        assert code_of(seen) == ErrorCode.SYMLINK_LOOP

    def test_a_time_beyond_64_bits_is_the_same_as_the_planner_stored(self, path):
        os.utime(path, ns=(0, 10_413_792_000 * 10**9))

        assert read_file(task(path), FakeTalk()).probed.probe.container == "flac"


class TestBadFiles:
    def test_what_is_no_audio_is_said_so(self, folder):
        assert code_of(task(put(folder, "text.mp3", b"just a text " * 999))) == ErrorCode.UNSUPPORTED_FORMAT

    def test_a_pipe_does_not_block(self, folder):
        os.mkfifo(folder / "pipe.mp3")

        assert code_of(ReadTask(os.fsencode(folder / "pipe.mp3"), 1, 1, has_sidecars=False)) == ErrorCode.NOT_A_FILE

    def test_silence_is_a_result(self, folder, tmp_path):
        path = put(folder, "silent.flac", encoded(stereo(silence(4.0)), codec="flac"))

        found = read_file(task(path), FakeTalk(answer=everything(tmp_path)))

        assert found.measurement is not None
        assert ErrorCode.SILENT_AUDIO in {code for code, _ in found.measurement.warnings}

    @pytest.mark.parametrize(
        ("error", "code"),
        [(errno.ENOSPC, ErrorCode.DISK_FULL), (errno.EDQUOT, ErrorCode.DISK_FULL), (errno.EACCES, "LAKE_WRITE_ERROR")],
    )
    def test_a_spool_that_cannot_be_written_is_not_the_files_fault(self, folder, tmp_path, monkeypatch, error, code):
        def fail(*_, **__):
            raise OSError(error, os.strerror(error))

        monkeypatch.setattr(reading, "measure", fail)
        path = put(folder, "song.flac", sample("flac"))

        assert code_of(task(path), FakeTalk(answer=everything(tmp_path))) == code


def test_a_real_worker_asks_before_it_decodes(folder, tmp_path):
    path = put(folder, "song.flac", sample("flac"))
    results = {}

    with WorkerPool("resources.reading:read_file", workers=1) as pool:
        for name, answer in (("known", None), ("new", everything(tmp_path))):
            pool.submit(name, task(path))
            while name not in results:
                for event in pool.events(5.0):
                    match event:
                        case Asked(question=Probed()):
                            pool.answer(name, answer)
                        case _:
                            results[name] = event

    assert isinstance(results["known"], Finished)
    assert results["known"].result.measurement is None
    assert isinstance(results["new"], Finished)
    assert results["new"].result.measurement.features
