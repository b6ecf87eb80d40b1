"""What the service and its worker both know of sweeps."""

from typing import Final

SWEEP: Final = "sweep"
