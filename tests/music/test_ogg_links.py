import io
import os

import pytest

from music.ogg_links import link_at, next_link

BEGINS, GOES_ON, ENDS = 2, 0, 4


def page(flags, *, size=100):
    return b"OggS\0" + bytes([flags]) + bytes(size)


def test_the_next_page_that_begins_a_stream_is_found():
    pages = [page(BEGINS), page(GOES_ON), page(ENDS), page(BEGINS), page(GOES_ON)]
    file = io.BytesIO(b"".join(pages))

    found = next_link(file, behind=len(pages[0]))

    assert found == sum(map(len, pages[:3]))


def test_the_stream_that_is_read_does_not_count():
    assert next_link(io.BytesIO(page(BEGINS) + page(ENDS)), behind=0) is None


def test_what_begins_far_behind_the_last_packet_is_not_reached_through_damage():
    file = io.BytesIO(page(GOES_ON) + bytes(300_000) + page(BEGINS))

    assert next_link(file, behind=0) is None


@pytest.mark.parametrize("cut", range(1, 7))
def test_a_page_that_is_cut_off_begins_nothing(cut):
    assert next_link(io.BytesIO(page(GOES_ON) + page(BEGINS)[:cut].ljust(1)[:5]), behind=0) is None


def test_the_file_stays_where_it_is():
    file = io.BytesIO(page(BEGINS) * 3)
    file.seek(7)

    next_link(file, behind=0)

    assert file.tell() == 7


def test_a_link_is_a_file_of_its_own():
    file = io.BytesIO(b"0123456789")

    with link_at(file, 4) as link:
        assert link.read(3) == b"456"
        assert link.tell() == 3
        assert link.seek(-2, os.SEEK_END) == 4
        assert link.read() == b"89"
        assert link.seek(1) == 1
        assert link.seek(1, os.SEEK_CUR) == 2
        assert link.read(1) == b"6"

    assert not file.closed
