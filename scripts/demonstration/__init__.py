"""The demonstration: real music, real programs, and a listener; the tests borrow from it."""
