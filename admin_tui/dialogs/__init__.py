"""Dialogs: boxes over a screen that ask before something is changed. They decide nothing that `actions` does not."""
