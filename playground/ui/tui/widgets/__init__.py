"""What the screens are made of: a widget a file. A widget posts messages and never asks a model."""
