"""One factory a model, valid by default."""
