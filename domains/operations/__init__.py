"""What the engine does at registrars and DNS servers: kinds of operations, one class each."""
