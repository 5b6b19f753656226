"""How things reach us."""
