"""What is kept: settings, charges, ledger, keys and blocks, on SQLite or PostgreSQL."""
