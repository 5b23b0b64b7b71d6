"""Pure parsers of listing text: same text, same answer; no clock, no network, no disk."""
