"""What a customer is and may become: frozen values in, values or errors out. No I/O, no clock, no new ids."""
