"""What an operator can do: which deeds, on what, how they are confirmed, and how they are carried out."""
