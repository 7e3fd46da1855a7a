"""Reading billing: what the caller may see, and facts that higher apps ask for."""
