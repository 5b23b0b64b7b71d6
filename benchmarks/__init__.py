"""Measurements and pictures of the running app; nothing here is part of the tests."""
