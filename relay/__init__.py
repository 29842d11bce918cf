"""The relay: the small trusted server beside the notebook."""
