"""A step of its own: says what it was given."""

import os
import sys

if __name__ == "__main__":
    print(sys.argv[1:], sys.stdin.read(), os.environ.get("ONE"), os.environ.get("OTHER"))
