"""For tests: real databases, real broker vhosts, real service processes, made for one test and dropped.

pytest itself stays unpatched: asyncio and plain psycopg work in it as in production. What needs eventlet runs
as it does in production too, in a process of its own: `process.running_service` starts `python -m servicekit
run` with a service class from the tests, and the test talks to it over the bus. No test process ever
imports eventlet, so the order of tests and the number of pytest workers do not matter.
"""
