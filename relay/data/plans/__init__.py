"""Plans of statements: what a database would do, asked for without doing it."""
