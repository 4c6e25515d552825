import os
import time
from datetime import UTC, datetime, timedelta

from ingest_assets.jobs import maintain_lake
from resources.lake import LakeResource
from tests.house import FOG, House


def test_maintenance_forgets_what_has_long_been_gone_and_sweeps_old_locks(house: House) -> None:
    with house.lake.write(run_id="test") as transaction:
        transaction.mark_gone([house.key(FOG)], datetime.now(UTC) - timedelta(days=31))
    old = house.home / "locks" / "run-of-long-ago.lock"
    old.write_text("4194305\n")
    os.utime(old, (time.time() - 200_000,) * 2)

    result = maintain_lake.execute_in_process(instance=house.instance, resources={"lake": LakeResource()})

    assert result.success
    assert house.tuples("from discovered_files where path = ?", [FOG]) == []
    assert house.tuples("from outcomes where file_key = ?", [house.key(FOG)]) == []
    assert not old.exists()
