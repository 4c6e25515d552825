"""The key every asset shares: one partition per discovered file."""

import dagster as dg

FILES_NAME = "audio_files"
FILES = dg.DynamicPartitionsDefinition(name=FILES_NAME)
"""Keys are made by `resources.folders.file_key`, added in bulk by the planner, removed when a file is gone."""
