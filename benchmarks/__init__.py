"""What everything costs, in one run: `make bench`.

Belongs here: programs that measure processor time, memory, disk or the time of a query, and print it beside its goal.
Does not: what must hold for every change (that is a test), tuning of anything, results of former runs.

Machines differ and are shared. Costs are therefore processor time (user and system) instead of time on the clock,
the least of a few rounds in which what is compared takes turns, and a ratio wherever there is something to divide by.
"""
