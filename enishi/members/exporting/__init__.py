"""The roll on its way out: chosen columns as CSV or XLSX, which an import reads back unchanged."""
