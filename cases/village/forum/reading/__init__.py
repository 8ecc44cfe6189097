"""Reading meetings, agendas and minutes, as far as the reader may see them."""
