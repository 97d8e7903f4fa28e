"""The decoder in torch: for accelerators, and for processors that `playground_gpt.native` does not know."""
