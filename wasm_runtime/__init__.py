"""A Python notebook runtime: the kernel, its environments and the places it can run."""

__version__ = "0.1.0"
