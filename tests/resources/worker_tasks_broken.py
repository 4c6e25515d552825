"""Cannot be imported."""

raise RuntimeError("a broken worker")
