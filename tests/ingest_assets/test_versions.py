import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_assets.versions import Expected, Known, digest, is_current, may_take_over

INPUTS = {"discovered_files.audio": "a1"}
EXPECTED = Expected("2", "p1", INPUTS)


def known(
    status: str = "done", *, code: str = "2", parameters: str = "p1", inputs: dict[str, str] | None = None
) -> Known:
    return Known(status, code, "v", parameters, INPUTS if inputs is None else inputs)


@pytest.mark.parametrize(
    ("found", "renew", "stands"),
    [
        pytest.param(None, False, False, id="nothing is known"),
        pytest.param(known(), True, True, id="all is equal"),
        pytest.param(known("deferred"), False, False, id="deferred work is due"),
        pytest.param(known("error"), False, True, id="an error is not tried again"),
        pytest.param(known("skipped"), False, True, id="what was skipped for the same reason stays skipped"),
        pytest.param(known(inputs={"discovered_files.audio": "other"}), False, False, id="the audio changed"),
        pytest.param(known(inputs={}), False, False, id="an input came to be"),
        pytest.param(known(code="1"), False, True, id="older code is only listed"),
        pytest.param(known(code="1"), True, False, id="older code, and renewal asked for"),
        pytest.param(known(parameters="p0"), False, True, id="other parameters are only listed"),
        pytest.param(known(parameters="p0"), True, False, id="other parameters, and renewal asked for"),
    ],
)
def test_a_result_stands_when_nothing_it_was_made_of_changed(found: Known | None, *, renew: bool, stands: bool) -> None:
    assert is_current(found, EXPECTED, renew=renew) is stands


@pytest.mark.parametrize(
    ("found", "may"),
    [
        pytest.param(known(), True, id="equal"),
        pytest.param(known("not_found"), True, id="nothing to be found is an answer too"),
        pytest.param(known("error"), False, id="an error is nobody else's"),
        pytest.param(known(code="1"), True, id="older code stays listed as stale"),
        pytest.param(known(parameters="p0"), False, id="other parameters are another result"),
        pytest.param(None, False, id="nothing there"),
    ],
)
def test_another_files_result_is_taken_over_only_with_the_same_parameters(found: Known | None, *, may: bool) -> None:
    assert may_take_over(found, EXPECTED, renew=False) is may


@given(st.dictionaries(st.text(), st.one_of(st.integers(), st.text(), st.none(), st.floats(allow_nan=False))))
def test_a_digest_does_not_depend_on_order(value: dict[str, object]) -> None:
    backwards = dict(reversed(list(value.items())))

    assert digest(value) == digest(backwards)
    assert len(digest(value)) == 16


def test_digests_of_different_values_differ() -> None:
    assert digest([(0, 10), (10, 20)]) != digest([(0, 10), (10, 21)])
