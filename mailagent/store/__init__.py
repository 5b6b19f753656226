"""What we remember: the only door to SQLAlchemy."""
