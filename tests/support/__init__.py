"""What tests of the whole system share: clients as users and connectors are, and made-up people."""
