"""What billing shows and takes."""
