"""Pages in a real browser: pictures to look at, and what axe says of them."""
