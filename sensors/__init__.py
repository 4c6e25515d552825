"""What starts runs by itself: new, changed, moved and vanished files, orphaned runs.

Belongs here: pure planning functions and the thin sensors around them.
Does not: work on files; that is done by the runs they ask for.
"""
