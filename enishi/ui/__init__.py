"""Two empty shells (office, portal), the parts pages are drawn with, and what apps hang in."""
