"""A plugin-based playground for text generation with language models you can hold in your hand."""
