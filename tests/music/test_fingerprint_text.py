import base64

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.fingerprint import ALGORITHM, encode_fingerprint
from music.fingerprint_text import decode_fingerprint


@given(st.lists(st.integers(0, 2**32 - 1), max_size=60))
def test_what_was_written_is_read(words):
    algorithm, read = decode_fingerprint(encode_fingerprint(np.array(words, np.uint32)))

    assert algorithm == ALGORITHM
    assert read.dtype == np.uint32
    assert read.tolist() == words


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("AQAA", "at least 4 bytes"),
        ("AQAA?===", "base64"),
        ("AQAAé", "base64"),
        ("AQAAK0qS", "43 words ends after 0"),
        (encode_fingerprint(np.array([1 << 31], np.uint32))[:7], "lacks its last 1 distances"),
        (base64.urlsafe_b64encode(bytes([1, 0, 0, 1, 0b111111, 0, 0xFF, 0b11])).decode(), "32 bits, not"),
    ],
    ids=["no head", "not base64", "not ASCII", "cut off", "far distances cut off", "too wide"],
)
def test_what_is_no_fingerprint_is_refused(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        decode_fingerprint(text)
