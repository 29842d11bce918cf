"""Agents at notebooks, and Python in sandboxes, by the Model Context Protocol."""
