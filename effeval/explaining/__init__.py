"""The evidence card of one verdict: its figures, the readings it took, and the words it is told in."""
