"""Who may be the one that somebody is typing: looked up with every few keys, so it has to be quick."""
