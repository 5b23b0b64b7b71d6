"""What pages are made of: one way to show a figure, few chart forms, filters kept in the URL."""
