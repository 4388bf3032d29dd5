"""宛名: labels and envelopes as PDF."""
