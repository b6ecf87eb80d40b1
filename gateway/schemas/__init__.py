"""The shapes of the API. Request schemas check what comes in; answer schemas document what goes out,
and the tests prove that it does."""
