"""Pure: columns, cells and facts in; mappings, forms and problems out."""
