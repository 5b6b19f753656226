"""What the trade says: pure words and rules, without input, output or a clock."""
