"""Pure: what people send and the fields of today in; a configuration, or all that is wrong with it, out."""
