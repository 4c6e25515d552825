"""The lake: what its tables are, how they are written and read, and the views of the analyst.

Belongs here: columns, transactions, snapshots, views, maintenance.
Does not: Dagster, music, what decides that something must run.
"""
