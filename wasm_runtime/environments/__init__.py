"""The warmed, shared cache of wheels that kernels start from."""
