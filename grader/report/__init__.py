"""How did the class do? Figures, misconceptions and students, from the marks that are stored."""
