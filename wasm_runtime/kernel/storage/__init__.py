"""The relay's folders and object stores, as files of `storage://NAME/PATH`."""
