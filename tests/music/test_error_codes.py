import pickle

import pytest

from music.error_codes import AudioFileError, ErrorCode, Severity


@pytest.mark.parametrize("code", list(ErrorCode))
def test_every_code_has_a_sentence_and_a_severity(code: ErrorCode) -> None:
    assert str(code) == code.name
    assert code.sentence.endswith(".")
    assert isinstance(code.severity, Severity)


def test_an_error_travels_between_processes() -> None:
    error = pickle.loads(pickle.dumps(AudioFileError(ErrorCode.EMPTY_FILE, "0 bytes")))  # noqa: S301  our own

    assert (error.code, error.message, str(error)) == (ErrorCode.EMPTY_FILE, "0 bytes", "0 bytes")
