"""Files from outside are opened in a process of their own, which may die of them.

The parent starts it with `confined.parent.Child`, and the process runs `confined.child.serve`. It knows no
secret, can write no file, and gets no more memory and time than it was given.
"""
