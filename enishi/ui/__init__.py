"""Two empty shells (office, portal), the parts pages are drawn with, and what other apps hang in."""
