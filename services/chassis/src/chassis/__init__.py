"""What every service stands on. Contains no noun of the domain."""
