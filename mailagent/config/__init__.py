"""What the admin says: settings in TOML, rules in YAML."""
