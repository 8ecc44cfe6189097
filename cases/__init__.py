"""What a case is and may become: the domain. It knows no web, no broker and no mail."""
