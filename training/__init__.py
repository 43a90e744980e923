"""Building and retraining. Imports src; src never imports this."""
