"""What we then do: one transaction each. Read process.py first."""
