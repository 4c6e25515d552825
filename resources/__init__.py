"""The outside world, politely: settings, the folders of music, locks, processes, the lake as Dagster sees it.

Belongs here: whatever reads the environment, the file system or a service.
Does not: what an asset is, what a run does.
"""
