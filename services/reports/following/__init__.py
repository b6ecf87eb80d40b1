"""What options and tags used to be called: files that are older than a rename still say so."""
