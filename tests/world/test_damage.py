import io

import pytest

from music.formats import find_format
from music.tags import read_tags
from tests.world.catalogue import catalogue
from tests.world.damage import KINDS, files_of
from tests.world.library import write_library

SEEDS = (1, 2, 3)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_world_is_large_and_has_every_trap(seed):
    known = catalogue(seed)
    files = files_of(known)
    expected = [each for file in files for each in file.expected]

    assert len(known.releases) >= 40
    assert len({file.path.casefold() for file in files}) == len(files) >= 120
    assert {each.kind for each in expected} == {kind.__name__ for kind in KINDS}
    assert sum(each.verdict == "unanswerable" for each in expected) >= 20
    assert sum(each.verdict == "answerable" for each in expected) >= 120


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_right_is_in_the_catalogue(seed):
    known = catalogue(seed)
    recordings, groups = known.recordings(), {release.group.mbid for release in known.releases}
    editions = {release.mbid: release for release in known.releases}

    for file in files_of(known):
        assert len(file.expected) == len(file.sounds)
        for expected, sound in zip(file.expected, file.sounds, strict=True):
            assert expected.recordings <= recordings.keys()
            assert expected.groups <= groups
            assert expected.editions <= editions.keys()
            if expected.verdict != "unanswerable":
                assert sound.mbid in expected.recordings
                assert expected.groups
            for edition in expected.editions:
                assert editions[edition].group.mbid in expected.groups
                assert editions[edition].status != "Pseudo-Release"


def test_no_name_is_in_two_worlds_for_long():
    first, second = (catalogue(seed) for seed in (1, 2))

    assert not {each.mbid for each in first.releases} & {each.mbid for each in second.releases}
    assert [each.title for each in first.releases] != [each.title for each in second.releases]


def test_the_same_seed_is_the_same_world():
    assert catalogue(5) == catalogue(5)
    assert files_of(catalogue(5)) == files_of(catalogue(5))


def test_parts_of_worlds_cover_all_kinds():
    kinds = {each.kind for seed in (4, 5) for file in files_of(catalogue(seed), every=2) for each in file.expected}

    assert kinds == {kind.__name__ for kind in KINDS}


def test_files_carry_the_tags_that_they_should(tmp_path):
    files = {}
    for file in files_of(catalogue(1)):
        if "title" in file.tags or not file.tags:
            files.setdefault((file.codec, bool(file.tags)), file)
    write_library(files.values(), tmp_path)

    for (_, is_tagged), file in files.items():
        opened = io.BytesIO((tmp_path / file.path).read_bytes())
        tags = read_tags(opened, find_format(opened))
        assert (tags.title, tags.artist) == (file.tags.get("title"), file.tags.get("artist"))
        assert (tags.title is not None) == is_tagged
        if "tracknumber" in file.tags:
            assert tags.track_number == int(file.tags["tracknumber"].split("/")[0])
