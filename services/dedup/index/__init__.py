"""What customers are alike by: written as the customers service tells it, searched by whoever compares."""
