"""What a file's bytes, rows and cells mean. Pure: nothing is opened here."""
