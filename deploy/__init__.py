"""How the services are run: on one machine (`local`), in containers (`docker`), and with which rights."""
