"""Who must not learn what: visibility, masking, tokens, roles, refusals. In full with `make security`."""
