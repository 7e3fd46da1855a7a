"""Questions about accounts and mailboxes."""
