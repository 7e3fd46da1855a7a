"""What the engine does at panels: kinds of operations, one class each."""
