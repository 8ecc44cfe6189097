"""Reading spreadsheets: the cells of XLSX, XLS and ODS as they are shown, and what the reader of them does not tell."""
