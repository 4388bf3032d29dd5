"""An app with one slow job."""
