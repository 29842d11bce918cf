"""Where the files of an environment come from."""
