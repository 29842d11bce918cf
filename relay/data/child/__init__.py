"""The process in which SQL runs that has no server of its own. It starts with no environment, reads
one request, shuts itself in, and writes one result; whoever started it kills it when in doubt."""
