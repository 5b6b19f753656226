"""The demo: the whole program on one machine, with a postbus in which you play everyone."""
