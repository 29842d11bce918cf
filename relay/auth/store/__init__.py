"""What is kept of people, sessions, roles and links: in SQLite, or in PostgreSQL."""
