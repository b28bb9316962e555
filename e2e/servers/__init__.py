"""The real servers around the router, each started on a free loopback port and ended by its recorded process id."""
