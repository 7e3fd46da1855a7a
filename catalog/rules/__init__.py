"""Pure functions: cycles, endings of names, sentences about prices."""
