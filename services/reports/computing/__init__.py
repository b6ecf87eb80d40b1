"""Where tables are computed: processes of their own, so that nobody waits for anybody else's report."""
