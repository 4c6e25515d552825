"""The view of the decisions that count today."""

from lake.declarations import View

VALID_DECISIONS = View(
    "valid_decisions",
    "One row per kind and subject that a person decided on: the newest decision that was not taken back; version "
    "stands for its value in outcomes.input_versions.",
    """
select kind, subject, value, substr(sha256(value), 1, 16) as version, made_at, decision_id
from decisions where revoked_at is null
qualify row_number() over (partition by kind, subject order by made_at desc, decision_id desc) = 1
""",
)

VIEWS = (VALID_DECISIONS,)
