"""Web hosting and mail: panel servers, hosting accounts, mail domains, mailboxes."""
