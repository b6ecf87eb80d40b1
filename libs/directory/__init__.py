"""Who works here: a service's own copy of the gateway's teams and users, read with every call."""
