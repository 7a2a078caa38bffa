"""The maths: arrays and plain values in, numbers out. Pure: no I/O, no clock, no device."""
