"""What other apps may ask of billing; each act is one transaction, audited."""
