"""The observatory's pipeline: public listings in, an edition of numbers with their evidence out."""
