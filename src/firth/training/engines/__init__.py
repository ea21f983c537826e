"""What trains: each engine behind one small face."""
