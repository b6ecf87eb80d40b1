"""What people write down about a customer: each note is one team's."""
