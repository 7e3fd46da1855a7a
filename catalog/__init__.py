"""The catalogue: what is for sale, at which price, for whom, since when."""
