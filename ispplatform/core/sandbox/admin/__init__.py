"""The page *Sandbox* of the back office: mail, clock, faults."""
