"""Failover drills: a rehearsed fault, a stopwatch at the viewer's end, and an undo that always happens."""
