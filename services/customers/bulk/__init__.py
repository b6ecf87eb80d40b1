"""One action on many customers: asked once, done in the background, each customer exactly once."""
