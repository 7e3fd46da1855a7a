"""What is done about mails outside requests and workers."""
