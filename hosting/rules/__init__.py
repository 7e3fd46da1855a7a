"""What is true of accounts, mailboxes and their records, without a database and without a clock."""
