"""Whether this installation works, for load balancers, operators and metrics collectors."""
